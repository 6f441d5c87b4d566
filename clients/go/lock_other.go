//go:build !unix

package cofilter

import "os"

// lockFile does not keep a second process away on systems without flock.
func lockFile(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) }
