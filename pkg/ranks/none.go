//go:build !mpi

package ranks

import "errors"

// Library returns the name and version of the MPI that is compiled in, "" for
// none.
func Library() string { return "" }

func connect() (transport, error) { return nil, errors.New("built without MPI") }
