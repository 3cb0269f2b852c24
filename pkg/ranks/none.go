//go:build !mpi

package ranks

import "errors"

// Library returns "": this program has no MPI.
func Library() string { return "" }

func connect() (transport, error) { return nil, errors.New("built without MPI") }
