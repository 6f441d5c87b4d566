//go:build unix

package cofilter

import (
	"fmt"
	"os"
	"syscall"
)

// lockFile keeps a second process away; the lock goes with this one, however it ends.
func lockFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s is held by another batcher: %w", path, err)
	}
	return file, nil
}
