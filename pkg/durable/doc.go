// Package durable writes files and directories whole or not at all: under a
// temporary name beside the target, synced to the disk, then renamed. A crash
// leaves what was there before, and at most a name that begins with a dot and
// ends in .tmp. The package also has journals and locks.
//
// # Faults
//
//	promise                        fault                         what is seen                    test
//	File, Bytes: whole or as       write fails, disk full        the old content, no .tmp        TestFileIsWholeOrAsBefore, TestDiskFull
//	before                         SIGKILL                       the old or the new content      TestKilledWhileReplacing
//	Dir: whole or as before        write fails                   as before, no .tmp              TestDir
//	                               SIGKILL at every rename,      the old or the new directory,   TestKilledWhileReplacing
//	                               with and without              under its name at the latest
//	                               RENAME_EXCHANGE               after the next CheckDir or Dir
//	Lines, Journal: whole rows     a write that ends early       the row is not there, the next  TestShortWrite, TestTornLines
//	                               (disk full)                   one stands on its own line
//	Journal: finished rows stay    a crash within a row          that row is dropped             TestJournal
//	Lock, Journal: one holder      a second process              Held, with the holder's number  TestLock
//	                                                             and host for Lock
//	                               flock fails otherwise         the system's error              TestLockErrors
//	                               (ENOSYS, ENOLCK, EIO)
//	Seal: any change is noticed    three bits of every byte      ErrDamaged                      TestSeal
//
// A disk that loses what it has confirmed with fsync is beyond all of this.
package durable
