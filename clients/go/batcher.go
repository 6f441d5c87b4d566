// The batcher: events go out in batches, in order, and stay held until the server has acknowledged them.
package cofilter

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "cofilter/clients/go/cofilterv1"
)

// BatcherOptions of a batcher. The zero value of a field is its default.
type BatcherOptions struct {
	// MaxEvents of a batch, 1 to 1,000. Default: 500. A full batch goes at once.
	MaxEvents int
	// MaxDelay is how long an event waits for its batch to fill. Default: 0.1 s.
	MaxDelay time.Duration
	// MaxPending bounds the events held, those on their way included. Default: 100,000, about 50 MB. Add refuses more.
	MaxPending int
	// FirstBackoff and MaxBackoff bound the wait before a batch is sent again: it is drawn between zero and a bound that doubles; the
	// server's own hint is heeded. Default: 0.1 s, 10 s.
	FirstBackoff, MaxBackoff time.Duration
	// SpoolFile keeps the events until they are acknowledged, so that a crash of this process loses none: the next
	// batcher of the same file sends them. One process at a time. Default: none, events are in memory alone.
	SpoolFile string
	// SpoolSync has Add wait for the disk, so that a crash of the machine loses none either. Default: false.
	SpoolSync bool
	// OnRefused is told of each event that the server will never take: INVALID_ARGUMENT, or ALREADY_EXISTS when another
	// event has its id. Default: a warning in slog. It runs on the sender's goroutine and must not wait for the batcher.
	OnRefused func(event *pb.Event, err error)
	// OnRetry is told why a batch will be sent again. Default: nothing.
	OnRetry func(err error, wait time.Duration)
}

// ErrFull is what Add's error is when MaxPending events are held; it says what the last attempt to send met.
var ErrFull = errors.New("cofilter: the batcher is full")

// ErrClosed is what Add's error is after Close.
var ErrClosed = errors.New("cofilter: the batcher is closed")

// A larger event is none: its longest fields together are far below.
const maxEventBytes = 64 << 10

// A request is at most 4 MiB.
const maxBatchBytes = 1 << 20

// Batcher sends events in batches, one batch at a time, in the order of Add. A batch that fails is sent again, as it is and
// for as long as it takes: the server counts an event once by its id. One bad event does not hold up the others of its batch.
//
// Thread-safety: all goroutines may share one.
type Batcher struct {
	events  pb.EventServiceClient
	options BatcherOptions
	spool   *spool // nil: none

	sending context.Context // ends when Close gives up
	giveUp  context.CancelFunc
	ended   chan struct{} // closed when the sender's goroutine has ended
	wake    chan struct{}

	mutex   sync.Mutex
	held    []heldEvent
	added   uint64 // events ever held
	done    uint64 // of those, acknowledged or refused
	flushTo uint64 // what is among the first so many does not wait for its batch to fill
	changed chan struct{}
	closed  bool
	last    error // of the last attempt to send
}

type heldEvent struct {
	event *pb.Event
	bytes int
	at    time.Time
}

// NewBatcher starts a batcher, with what an earlier one left in the spool file.
func NewBatcher(events pb.EventServiceClient, options BatcherOptions) (*Batcher, error) {
	defaults := func(value *int, standard, most int, name string) error {
		if *value == 0 {
			*value = standard
		}
		if *value < 1 || *value > most {
			return fmt.Errorf("cofilter: BatcherOptions.%s is %d; right: 1 to %d", name, *value, most)
		}
		return nil
	}
	durations := func(value *time.Duration, standard time.Duration, name string) error {
		if *value == 0 {
			*value = standard
		}
		if *value < 0 {
			return fmt.Errorf("cofilter: BatcherOptions.%s is %s; right: more than 0", name, *value)
		}
		return nil
	}
	if err := errors.Join(
		defaults(&options.MaxEvents, 500, 1000, "MaxEvents"),
		defaults(&options.MaxPending, 100_000, 100_000_000, "MaxPending"),
		durations(&options.MaxDelay, 100*time.Millisecond, "MaxDelay"),
		durations(&options.FirstBackoff, 100*time.Millisecond, "FirstBackoff"),
		durations(&options.MaxBackoff, 10*time.Second, "MaxBackoff"),
	); err != nil {
		return nil, err
	}
	if options.OnRefused == nil {
		options.OnRefused = func(event *pb.Event, err error) {
			slog.Warn("cofilter: an event was refused", "event_id", event.GetEventId(), "error", err)
		}
	}
	if options.OnRetry == nil {
		options.OnRetry = func(error, time.Duration) {}
	}
	b := &Batcher{events: events, options: options, ended: make(chan struct{}), wake: make(chan struct{}, 1),
		changed: make(chan struct{})}
	if options.SpoolFile != "" {
		opened, left, err := openSpool(options.SpoolFile, options.SpoolSync)
		if err != nil {
			return nil, fmt.Errorf("cofilter: spool: %w", err)
		}
		b.spool = opened
		for _, event := range left {
			b.held = append(b.held, heldEvent{event: event, bytes: proto.Size(event), at: time.Now()})
		}
		b.added = uint64(len(left))
		b.flushTo = b.added
	}
	b.sending, b.giveUp = context.WithCancel(context.Background())
	go b.run()
	return b, nil
}

// Add takes an event over; it does not wait for the server. An event without an id gets a new one, one without a time the
// present. The error is ErrFull, ErrClosed, that of the spool, or says what is wrong with the event; then it was not taken.
func (b *Batcher) Add(event *pb.Event) error {
	event = proto.Clone(event).(*pb.Event)
	if event.EventId == "" {
		event.EventId = rand.Text()
	}
	if event.OccurredAt == nil {
		event.OccurredAt = timestamppb.Now()
	}
	bytes, err := proto.Marshal(event)
	if err != nil {
		return fmt.Errorf("cofilter: the event cannot be sent: %w", err)
	}
	if len(bytes) > maxEventBytes {
		return fmt.Errorf("cofilter: the event has %d bytes; right: at most %d", len(bytes), maxEventBytes)
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.closed {
		return ErrClosed
	}
	if len(b.held) >= b.options.MaxPending {
		return fmt.Errorf("%w: %d events are held (MaxPending); the last attempt to send: %v", ErrFull, len(b.held), b.lastAttempt())
	}
	if b.spool != nil {
		if err := b.spool.append(bytes); err != nil {
			return fmt.Errorf("cofilter: spool: %w", err)
		}
	}
	b.held = append(b.held, heldEvent{event: event, bytes: len(bytes), at: time.Now()})
	b.added++
	if len(b.held) == 1 || len(b.held) >= b.options.MaxEvents {
		b.wakeSender()
	}
	return nil
}

// Pending is the number of events that are not acknowledged yet.
func (b *Batcher) Pending() int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return len(b.held)
}

// Flush waits until every event added before it is acknowledged or refused.
func (b *Batcher) Flush(ctx context.Context) error {
	b.mutex.Lock()
	target := b.added
	b.flushTo = target
	b.wakeSender()
	b.mutex.Unlock()
	for {
		b.mutex.Lock()
		changed, left, last := b.changed, int64(target-b.done), b.lastAttempt()
		b.mutex.Unlock()
		if left <= 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("cofilter: %d events are not sent yet: %w; the last attempt to send: %v", left, ctx.Err(), last)
		case <-b.ended:
			return ErrClosed
		}
	}
}

// Close takes no more events, flushes, and ends the batcher. Where ctx ends first, the error says how many events were not
// sent: those of a spool file are sent by its next batcher, others are lost.
func (b *Batcher) Close(ctx context.Context) error {
	b.mutex.Lock()
	again := b.closed
	b.closed = true
	b.mutex.Unlock()
	if again {
		<-b.ended
		return nil
	}
	err := b.Flush(ctx)
	b.giveUp()
	<-b.ended
	if b.spool != nil {
		err = errors.Join(err, b.spool.close())
	}
	return err
}

func (b *Batcher) lastAttempt() string {
	if b.last == nil {
		return "none failed"
	}
	return b.last.Error()
}

func (b *Batcher) wakeSender() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *Batcher) run() {
	defer close(b.ended)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		batch, wait := b.next()
		if len(batch) > 0 {
			if !b.send(batch) {
				return
			}
			b.acknowledge(len(batch))
			continue
		}
		timer.Reset(wait)
		select {
		case <-b.wake:
		case <-timer.C:
		case <-b.sending.Done():
			return
		}
	}
}

// next is the batch that is due, or how long to wait for one.
func (b *Batcher) next() ([]*pb.Event, time.Duration) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(b.held) == 0 {
		return nil, time.Hour
	}
	if wait := b.options.MaxDelay - time.Since(b.held[0].at); len(b.held) < b.options.MaxEvents && b.done >= b.flushTo && wait > 0 {
		return nil, wait
	}
	batch := make([]*pb.Event, 0, min(len(b.held), b.options.MaxEvents))
	bytes := 0
	for _, each := range b.held[:cap(batch)] {
		if bytes += each.bytes; bytes > maxBatchBytes && len(batch) > 0 {
			break
		}
		batch = append(batch, each.event)
	}
	return batch, 0
}

// acknowledge lets the first events go.
func (b *Batcher) acknowledge(count int) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	clear(b.held[:count]) // or the array behind the slice would keep them
	b.held = b.held[count:]
	b.done += uint64(count)
	if b.spool != nil {
		if err := b.spool.forget(b.held); err != nil {
			slog.Warn("cofilter: the spool file cannot be shortened", "error", err)
		}
	}
	close(b.changed)
	b.changed = make(chan struct{})
}

// send returns once each event was taken or refused for good; false when Close gave up first.
func (b *Batcher) send(batch []*pb.Event) bool {
	for wait := b.options.FirstBackoff; ; wait = min(2*wait, b.options.MaxBackoff) {
		var trailer metadata.MD
		response, err := b.events.RecordEvents(b.sending, &pb.RecordEventsRequest{Events: batch}, grpc.Trailer(&trailer))
		b.mutex.Lock()
		b.last = err
		b.mutex.Unlock()
		switch {
		case err == nil:
			b.reportConflicts(batch, response.GetConflictingEventIds())
			return true
		case b.sending.Err() != nil:
			return false
		case status.Code(err) == codes.InvalidArgument && len(batch) == 1:
			b.options.OnRefused(batch[0], err)
			return true
		case status.Code(err) == codes.InvalidArgument:
			// Nothing of the batch was recorded. The bad event is in one of the halves.
			half := len(batch) / 2
			return b.send(batch[:half]) && b.send(batch[half:])
		}
		// Anything else may mend: a server that is away, a store that is full, a token that is not accepted.
		pause := mathrand.N(wait + 1)
		if hint := trailer.Get("grpc-retry-pushback-ms"); len(hint) > 0 {
			if milliseconds, err := strconv.Atoi(hint[0]); err == nil && milliseconds > 0 {
				pause = max(pause, min(time.Duration(milliseconds)*time.Millisecond, b.options.MaxBackoff))
			}
		}
		b.options.OnRetry(err, pause)
		select {
		case <-time.After(pause):
		case <-b.sending.Done():
			return false
		}
	}
}

func (b *Batcher) reportConflicts(batch []*pb.Event, conflicting []string) {
	for _, id := range conflicting {
		for _, event := range batch {
			if event.GetEventId() == id {
				b.options.OnRefused(event, status.Errorf(codes.AlreadyExists, "another event has the event_id %s; that one stands", id))
				break
			}
		}
	}
}
