// Package run owns the folder of a pretraining run. Training writes the folder
// through this package, and everything else reads it through this package:
//
//	run.json                what the run is, sealed
//	log.jsonl               a line a step
//	eval.jsonl              a line a validation
//	log.jsonl.cut           lines that a resume cut from log.jsonl (eval.jsonl.cut likewise)
//	checkpoints/step-000500 a checkpoint that stays
//	rolling/step-000510     the last rolling checkpoint
//	nonfinite/              the weights and the batch of a step that failed
//	.lock                   names the process that trains here
//
// A checkpoint is a directory in Hugging Face format whose trainer_state.json
// holds the SHA-256 of every other file and is itself sealed. The stages of
// one pretraining lie side by side: runs/tiny/stage1, runs/tiny/stage2.
//
// # Faults
//
// What the folder promises under each fault, and the test that causes it
// (pretrain.X is in package pretrain, corpus.X in package corpus):
//
//	fault                                what is seen                                test
//	SIGKILL while tokenizing, in a step, the same command goes on; log, validation   pretrain.TestKilledInEveryPhaseIsExact
//	in a validation, before and while a  and weights equal the undisturbed run's
//	checkpoint is written, at its rename bit for bit, nothing half written is left
//	SIGKILL at random for hours          the same                                    pretrain.TestSoak (flag -soak)
//	SIGINT, SIGTERM (end of the context) the step ends, a checkpoint, "stopped       pretrain.TestResumeIsExact
//	                                     after step"; the same command goes on
//	disk full at a checkpoint            "no space left for the checkpoint of        pretrain.TestDiskFullAndReadOnly
//	                                     step", nothing half written is left
//	disk full on rank 0 of several       all ranks end with rank 0's line            pretrain.TestDiskFullOnRankZero (tag mpi)
//	SIGKILL of a rank                    all ranks end; the same command goes on,    pretrain.TestKilledRanks (tag mpi)
//	                                     bit for bit
//	read-only file system                the system's error with the path            pretrain.TestDiskFullAndReadOnly
//	flipped or missing byte or file      the checkpoint is named and passed over     TestLastGood, pretrain.TestDamagedCheckpoint
//	in a checkpoint                      for the one before; the logs go back
//	no checkpoint is whole               refused, the logs stay                      TestNoneGood, pretrain.TestNoCheckpointToGoOnFrom
//	a checkpoint that cannot be read     the command ends with the system's error    TestLastGood, TestUnreadableIsNotDamaged
//	(EIO, EACCES, EMFILE, ELOOP, …)
//	a checkpoint of a later version      the command ends and says so                TestLastGood, pretrain.TestNoCheckpointToGoOnFrom
//	flipped byte in run.json             training writes it again, readers refuse it TestDescription, pretrain.TestDamagedRunFile
//	a log that lost its end              "has lost lines"; the run goes on           pretrain.TestLogThatLostLines
//	a half line at a log's end           cut, kept in NAME.cut                       TestLogGoesBack
//	flipped byte within a log            a line that is not JSON is an error with    TestCurveErrors
//	                                     its number; a digit that became another
//	                                     digit is not noticed: logs have no checksum
//	flipped byte in a shard or its index the corpus is built again                   corpus.TestBuildNoticesChanges
//	two processes in one folder          "another process is training here", its     TestLock, pretrain.TestAnotherRunInTheFolder
//	                                     number and host
//	a file system without locks          the system's error, not "another process"   durable.TestLockErrors
//	clock set back                       no difference: steps decide, not times      TestClockSetBack
//	a damaged last model that a command  refused; the checkpoint before it is named  TestDamagedLastModel
//	was asked for by its run
package run
