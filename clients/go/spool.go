// The spool: a file of the events that are not acknowledged yet.
//
// Each record is the length of an event, 4 bytes little-endian, the CRC-32C of its bytes, 4 more, and the event as protobuf.
// The file is emptied when nothing is held, and written anew when most of it is acknowledged, so it may hold events that were
// sent already: the server counts those once by their ids.
package cofilter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"google.golang.org/protobuf/proto"

	pb "cofilter/clients/go/cofilterv1"
)

// A file below this size is not worth writing anew.
const leastSpoolBytes = 4 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type spool struct {
	path string
	sync bool
	lock *os.File
	file *os.File
	size int64
}

// openSpool returns the events that are in the file. What follows the last whole record was being written when its process
// was killed, before Add returned: it is cut off.
func openSpool(path string, sync bool) (*spool, []*pb.Event, error) {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, errors.Join(err, lock.Close())
	}
	s := &spool{path: path, sync: sync, lock: lock, file: file}
	bytes, err := io.ReadAll(file)
	if err != nil {
		return nil, nil, errors.Join(err, s.close())
	}
	var events []*pb.Event
	for rest := bytes; len(rest) >= 8; rest = bytes[s.size:] {
		length := int64(binary.LittleEndian.Uint32(rest))
		if length > maxEventBytes || length+8 > int64(len(rest)) ||
			crc32.Checksum(rest[8:8+length], castagnoli) != binary.LittleEndian.Uint32(rest[4:]) {
			break
		}
		event := new(pb.Event)
		if length == 0 || proto.Unmarshal(rest[8:8+length], event) != nil {
			break
		}
		events = append(events, event)
		s.size += 8 + length
	}
	if err := s.truncate(s.size); err != nil {
		return nil, nil, errors.Join(err, s.close())
	}
	return s, events, nil
}

func record(event []byte) []byte {
	bytes := make([]byte, 8, 8+len(event))
	binary.LittleEndian.PutUint32(bytes, uint32(len(event)))
	binary.LittleEndian.PutUint32(bytes[4:], crc32.Checksum(event, castagnoli))
	return append(bytes, event...)
}

func (s *spool) append(event []byte) error {
	bytes := record(event)
	_, err := s.file.WriteAt(bytes, s.size)
	if err == nil && s.sync {
		err = s.file.Sync()
	}
	if err != nil {
		// A part of a record would hide those after it.
		return errors.Join(err, s.truncate(s.size))
	}
	s.size += int64(len(bytes))
	return nil
}

// forget leaves at least the events that are held.
func (s *spool) forget(held []heldEvent) error {
	if len(held) == 0 {
		return s.truncate(0)
	}
	if s.size < leastSpoolBytes {
		return nil
	}
	var live int64
	for _, each := range held {
		live += 8 + int64(each.bytes)
	}
	if s.size < 2*live {
		return nil
	}
	bytes := make([]byte, 0, live)
	for _, each := range held {
		event, err := proto.Marshal(each.event)
		if err != nil {
			return err
		}
		bytes = append(bytes, record(event)...)
	}
	next, err := os.OpenFile(s.path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = next.Write(bytes)
	if err == nil && s.sync {
		err = next.Sync()
	}
	if err == nil {
		err = os.Rename(s.path+".new", s.path)
	}
	if err != nil {
		return errors.Join(err, next.Close())
	}
	old := s.file
	s.file, s.size = next, int64(len(bytes))
	return old.Close()
}

func (s *spool) truncate(size int64) error {
	if err := s.file.Truncate(size); err != nil {
		return fmt.Errorf("%s cannot be cut to %d bytes: %w", s.path, size, err)
	}
	s.size = size
	return nil
}

func (s *spool) close() error { return errors.Join(s.file.Close(), s.lock.Close()) }
