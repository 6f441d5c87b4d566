"""A file that holds what is not yet acknowledged, first in, first out.

The file is the line "cofilter-spool-1" and then records: a letter, the payload's length and its CRC-32 (little endian, 4 bytes each),
the payload. E is an event, as the contract's bytes; A says by 4 bytes how many of the first events are done. A record that the end of
the file cuts is what a crash left, and is dropped.
"""

import collections
import errno
import fcntl
import logging
import os
import struct
import zlib
from typing import List

_LOG = logging.getLogger("cofilter")
_MAGIC = b"cofilter-spool-1\n"
_HEADER = struct.Struct("<cII")
_COUNT = struct.Struct("<I")
# The file is written anew when so much of it, and more than half, is done.
_REWRITE_BYTES = 8 << 20


class SpoolError(Exception):
    """The file cannot be used; the message names it and says why."""


class Spool:
    """Not thread-safe. A write has left the process when append() returns: a crash of the process loses nothing."""

    def __init__(self, path: str):
        """Opens or makes the file and takes it for this process. Errors: SpoolError."""
        self._path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SpoolError(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.waiting = self._load()
        except BlockingIOError as error:
            os.close(self._file)
            raise SpoolError(f"{path}: another process has it; right: a file for each process") from error
        except BaseException:
            os.close(self._file)
            raise
        self._lengths = collections.deque(_HEADER.size + len(event) for event in self.waiting)
        self._left = sum(self._lengths)
        self._owed = 0  # events that are done without a record that says so

    def _load(self) -> List[bytes]:
        """The events that wait."""
        content = os.pread(self._file, os.fstat(self._file).st_size, 0)
        if len(content) < len(_MAGIC) and _MAGIC.startswith(content):
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, _MAGIC, 0)
            self._end = len(_MAGIC)
            return []
        if not content.startswith(_MAGIC):
            raise SpoolError(f"{self._path}: this is no spool file; right: a path of its own")
        events: List[bytes] = []
        done = 0
        place = len(_MAGIC)
        while place < len(content):
            end = place + _HEADER.size
            kind, length, crc = _HEADER.unpack(content[place:end]) if end <= len(content) else (b"", 0, 0)
            if end + length > len(content) or end > len(content):
                break
            payload = content[end : end + length]
            if zlib.crc32(payload) != crc or kind not in (b"E", b"A"):
                if end + length == len(content):
                    break
                raise SpoolError(f"{self._path}: damaged at byte {place}; right: move it away to start without it")
            if kind == b"E":
                events.append(payload)
            else:
                done += _COUNT.unpack(payload)[0]
            place = end + length
        os.ftruncate(self._file, place)
        self._end = place
        return events[done:]

    def _write(self, kind: bytes, payload: bytes) -> None:
        record = _HEADER.pack(kind, len(payload), zlib.crc32(payload)) + payload
        try:
            written = os.pwrite(self._file, record, self._end)
            if written != len(record):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            os.ftruncate(self._file, self._end)
            raise SpoolError(f"{self._path}: {error.strerror}") from error
        self._end += len(record)

    def append(self, event: bytes) -> None:
        """Errors: SpoolError, and the event is not in the file."""
        self._write(b"E", event)
        self._lengths.append(_HEADER.size + len(event))
        self._left += self._lengths[-1]

    def done(self, count: int) -> None:
        """The first so many events need not be sent again. A full disk is no error: at worst they are sent once more."""
        for _ in range(count):
            self._left -= self._lengths.popleft()
        self._owed += count
        try:
            if not self._lengths:
                os.ftruncate(self._file, len(_MAGIC))
                self._end, self._owed = len(_MAGIC), 0
                return
            self._write(b"A", _COUNT.pack(self._owed))
            self._owed = 0
            if self._end > _REWRITE_BYTES and self._left < self._end / 2:
                self._rewrite()
        except (OSError, SpoolError) as error:
            _LOG.warning("%s: %s", self._path, error)

    def _rewrite(self) -> None:
        """Leaves what is done out: a new file beside this one takes its place."""
        new_path = self._path + ".new"
        if os.path.exists(new_path):
            os.unlink(new_path)
        new = Spool(new_path)
        try:
            for event in self._load():
                new.append(event)
            os.rename(new_path, self._path)
        except (OSError, SpoolError):
            new.close()
            os.unlink(new_path)
            raise
        os.close(self._file)
        self._file, self._end = new._file, new._end

    def close(self) -> None:
        os.close(self._file)
