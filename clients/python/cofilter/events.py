"""Events, gathered into batches and sent until the server has them."""

import atexit
import collections
import datetime
import logging
import os
import random
import re
import threading
import time
import uuid
from typing import Any, Callable, Deque, List, Optional, Tuple

import grpc

from cofilter.spool import Spool
from cofilter.v1.event_service_pb2 import RecordEventsRequest
from cofilter.v1.types_pb2 import Event, Verb

_LOG = logging.getLogger("cofilter")
_MAX_EVENT_BYTES = 64 << 10
_MAX_BATCH_BYTES = 1 << 20
_EVENT_OF_REFUSAL = re.compile(r"events\[(\d+)\]")


class QueueFullError(Exception):
    """As many events wait as may: the server is away for long, or slower than the events come. The event was not taken."""


def _make_event(event: Optional[Event], fields: dict) -> Event:
    """A copy of the event, or one of the fields, with an id and a time."""
    made = Event()
    if event is not None:
        made.CopyFrom(event)
    verb = fields.pop("verb", None)
    if isinstance(verb, str):
        try:
            made.verb = Verb.Value(f"VERB_{verb.upper()}")
        except ValueError:
            raise ValueError(f"verb: {verb}; right: {', '.join(name[5:].lower() for name in Verb.keys()[1:])}") from None
    elif verb is not None:
        made.verb = verb
    occurred_at = fields.pop("occurred_at", None)
    if isinstance(occurred_at, datetime.datetime):
        if occurred_at.tzinfo is None:
            raise ValueError("occurred_at: has no time zone; right: datetime.now(timezone.utc)")
        made.occurred_at.FromDatetime(occurred_at.astimezone(datetime.timezone.utc).replace(tzinfo=None))
    elif occurred_at is not None:
        made.occurred_at.CopyFrom(occurred_at)
    duration = fields.pop("duration", None)
    if isinstance(duration, datetime.timedelta):
        made.duration.FromTimedelta(duration)
    elif duration is not None:
        made.duration.CopyFrom(duration)
    if fields:
        made.MergeFrom(Event(**fields))
    if not made.event_id:
        made.event_id = str(uuid.uuid4())
    if not made.HasField("occurred_at"):
        made.occurred_at.GetCurrentTime()
    if made.ByteSize() > _MAX_EVENT_BYTES:
        raise ValueError(f"event {made.event_id[:64]}: {made.ByteSize()} bytes; right: at most {_MAX_EVENT_BYTES}")
    return made


def _retry_hint(error: grpc.RpcError) -> float:
    """Seconds that the server asks to wait; 0: it does not say."""
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-retry-pushback-ms" and str(value).isdigit():
            return int(value) / 1000
    return 0.0


class EventBatcher:
    """Takes events at once and sends them in batches, in order, until each is recorded.

    record         EventService.RecordEvents of a client; Client.event_batcher() passes its own.
    batch          events in a call, 1 to 1000; a call also has at most 1 MiB.
    delay          seconds that the first event of a batch waits for others.
    pending, pending_bytes   what is held at most, those under way included; add() raises QueueFullError past it.
    backoff        seconds: the longest wait after the first failure, and after many. Waits are drawn between 0 and that.
    spool          path of a file that holds what was not acknowledged; what an earlier process left in it is sent first.
    on_refused     called with each event that the server refuses, and why; by default it is logged. From the batcher's thread.

    Whatever keeps a batch from being recorded is retried for as long as it takes; only what the server says is wrong with an
    event (INVALID_ARGUMENT), or that its id stands for another event, drops that event, by on_refused. The thread starts
    with the first event, so that a process may fork before. Thread-safety: all calls from any thread.
    Errors: SpoolError where the spool cannot be used.
    """

    def __init__(
        self,
        record: Callable[..., Any],
        *,
        batch: int = 500,
        delay: float = 0.1,
        pending: int = 100_000,
        pending_bytes: int = 64 << 20,
        backoff: Tuple[float, float] = (0.1, 10.0),
        spool: Optional[str] = None,
        on_refused: Optional[Callable[[Event, str], None]] = None,
    ):
        if not 1 <= batch <= 1000:
            raise ValueError(f"batch: {batch}; right: 1 to 1000")
        if pending < 1 or pending_bytes < _MAX_EVENT_BYTES:
            raise ValueError(f"pending: {pending}, {pending_bytes} bytes; right: at least 1, {_MAX_EVENT_BYTES} bytes")
        self._record = record
        self._batch, self._delay, self._backoff = batch, delay, backoff
        self._pending, self._pending_bytes = pending, pending_bytes
        self._on_refused = on_refused or (lambda event, why: _LOG.error("event %s was refused: %s", event.event_id, why))
        self._changed = threading.Condition()
        # What waits, oldest first: the event, its bytes, when it was added. The events of the batch under way are still here.
        self._queue: Deque[Tuple[Event, int, float]] = collections.deque()
        self._bytes = 0
        self._added = self._finished = 0  # events, ever
        self._flush_until = 0  # of _added: what must not wait for a batch to fill
        self._closing = self._abandoned = False
        self._thread: Optional[threading.Thread] = None
        self._process = os.getpid()
        self._spool = Spool(spool) if spool else None
        with self._changed:
            for content in self._spool.waiting if self._spool else ():
                self._enqueue(Event.FromString(content), len(content))
        atexit.register(self.close)

    def add(self, event: Optional[Event] = None, /, **fields: Any) -> str:
        """Takes an event, or the fields of one: add(member_id="m7", item_id="n42", verb="read"). Returns its id at once.

        Without event_id it gets a new one, without occurred_at the present time; a datetime, a timedelta and a verb's name are
        understood. Errors: QueueFullError; ValueError names the field; SpoolError; RuntimeError after close() or a fork. None was taken.
        """
        made = _make_event(event, fields)
        size = made.ByteSize()
        with self._changed:
            if self._closing:
                raise RuntimeError("the batcher is closed")
            if os.getpid() != self._process:
                raise RuntimeError("the process forked; right: make the batcher in the process that uses it")
            if len(self._queue) >= self._pending or self._bytes + size > self._pending_bytes:
                raise QueueFullError(
                    f"{len(self._queue)} events of {self._bytes} bytes wait to be recorded; at most {self._pending} of {self._pending_bytes} bytes may"
                )
            if self._spool:
                self._spool.append(made.SerializeToString())
            self._enqueue(made, size)
        return made.event_id

    def _enqueue(self, event: Event, size: int) -> None:
        self._queue.append((event, size, time.monotonic()))
        self._bytes += size
        self._added += 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="cofilter-events", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def __len__(self) -> int:
        """Events that wait, those under way included."""
        with self._changed:
            return len(self._queue)

    def flush(self, timeout: Optional[float] = None) -> bool:
        """Sends what was added so far without delay; whether all of it is recorded (or refused) in time."""
        with self._changed:
            goal = self._flush_until = self._added
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._finished >= goal or self._abandoned, timeout) and self._finished >= goal

    def close(self, timeout: float = 10.0) -> int:
        """Sends what is left and ends the thread; how many events were not recorded in time. With a spool they are in its file."""
        with self._changed:
            if self._abandoned:
                return len(self._queue)
            self._closing = True
            self._flush_until = self._added
            self._changed.notify_all()
            thread = self._thread
        if thread is None:
            if self._spool:
                self._spool.close()
                self._spool = None
        elif thread is not threading.current_thread():
            thread.join(timeout)
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()
            left = len(self._queue)
        atexit.unregister(self.close)
        if left:
            _LOG.error("%d events were not recorded%s", left, ", they are in the spool" if self._spool else "")
        return left

    def __enter__(self) -> "EventBatcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Below: the batcher's thread.

    def _run(self) -> None:
        while True:
            batch = self._next_batch()
            if not batch or not self._deliver(batch):
                break
            with self._changed:
                for _ in batch:
                    self._bytes -= self._queue.popleft()[1]
                self._finished += len(batch)
                if self._spool:
                    self._spool.done(len(batch))
                self._changed.notify_all()
        with self._changed:
            if self._spool:
                self._spool.close()

    def _next_batch(self) -> List[Event]:
        """The oldest events, when they make a batch, are old enough, or a flush asks for them; none: there will be no more."""
        with self._changed:
            while not self._abandoned:
                if self._queue:
                    wait = self._queue[0][2] + self._delay - time.monotonic()
                    if len(self._queue) >= self._batch or self._flush_until > self._finished or wait <= 0:
                        return self._head()
                    self._changed.wait(wait)
                elif self._closing:
                    return []
                else:
                    self._changed.wait()
            return []

    def _head(self) -> List[Event]:
        events: List[Event] = []
        total = 0
        for event, size, _ in self._queue:
            total += size
            if len(events) == self._batch or (events and total > _MAX_BATCH_BYTES):
                break
            events.append(event)
        return events

    def _deliver(self, batch: List[Event]) -> bool:
        """Sends until each event is recorded or refused; False: given up, because close() ran out of time."""
        waiting = list(batch)
        count = len(waiting)  # so many of them in the next call
        failures = 0
        while waiting:
            if self._abandoned:
                return False
            try:
                answer = self._record(RecordEventsRequest(events=waiting[:count]))
            except Exception as error:  # of a call; of the token's provider; of a client that was closed
                of_call = isinstance(error, grpc.RpcError)
                if of_call and error.code() == grpc.StatusCode.INVALID_ARGUMENT:
                    count = self._set_aside(waiting, count, error.details() or "")
                    continue
                failures += 1
                if failures == 1:
                    _LOG.warning("events are held back: %s", f"{error.code().name} {error.details()}" if of_call else error)
                longest = min(self._backoff[1], self._backoff[0] * 2 ** min(failures - 1, 30))
                if not self._sleep(max(random.uniform(0, longest), _retry_hint(error) if of_call else 0.0)):
                    return False
                continue
            if failures:
                _LOG.info("events are recorded again, after %d failures", failures)
            failures = 0
            conflicting = collections.Counter(answer.conflicting_event_ids)
            for event in reversed(waiting[:count]):  # of two with one id the first stands
                if conflicting[event.event_id] > 0:
                    conflicting[event.event_id] -= 1
                    self._refuse(event, "its id was recorded before, with other content")
            del waiting[:count]
            count = len(waiting)
        return True

    def _set_aside(self, waiting: List[Event], count: int, why: str) -> int:
        """Refuses the event that the server's text names, or halves the batch to find it; the events of the next call."""
        named = _EVENT_OF_REFUSAL.match(why)
        if named and int(named[1]) < count:
            self._refuse(waiting.pop(int(named[1])), why)
            return count - 1 or len(waiting)
        if count > 1:
            return count // 2
        self._refuse(waiting.pop(0), why)
        return len(waiting)

    def _refuse(self, event: Event, why: str) -> None:
        try:
            self._on_refused(event, why)
        except Exception:
            _LOG.exception("on_refused failed for event %s", event.event_id)

    def _sleep(self, seconds: float) -> bool:
        """False: close() has run out of time."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._abandoned, seconds)
