// The batcher against a real server that is killed, and in a process that is.
package cofilter_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	cofilter "cofilter/clients/go"
	pb "cofilter/clients/go/cofilterv1"
)

const crashingProcess = "COFILTER_TEST_SPOOL"

func TestMain(m *testing.M) {
	if spool := os.Getenv(crashingProcess); spool != "" {
		addAndWait(spool)
	}
	os.Exit(m.Run())
}

func batcher(t *testing.T, client *cofilter.Client, options cofilter.BatcherOptions) *cofilter.Batcher {
	t.Helper()
	made, err := cofilter.NewBatcher(client.Events, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		made.Close(now)
	})
	return made
}

func add(t *testing.T, events *cofilter.Batcher, event *pb.Event) {
	t.Helper()
	if err := events.Add(event); err != nil {
		t.Fatal(err)
	}
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func flush(t *testing.T, events *cofilter.Batcher) {
	t.Helper()
	if err := events.Flush(soon(t)); err != nil {
		t.Fatal(err)
	}
}

func read(id string) *pb.Event {
	return &pb.Event{EventId: id, MemberId: "m-" + id, ItemId: "i-" + id, Verb: pb.Verb_VERB_READ}
}

// recorded fails unless the store holds each id once.
func recorded(t *testing.T, wanted []string) {
	t.Helper()
	times := map[string]int{}
	for _, id := range strings.Fields(control(t, "event-ids")) {
		times[id]++
	}
	for _, id := range wanted {
		if times[id] != 1 {
			t.Errorf("%s is recorded %d times", id, times[id])
		}
	}
}

func TestNothingIsLostAndNothingCountsTwiceWhenTheServerIsKilled(t *testing.T) {
	const writers, each, kills = 4, 2000, 3
	const step = writers * each / (kills + 1)
	var retries, refused atomic.Int32
	events := batcher(t, open(t, cofilter.Options{}), cofilter.BatcherOptions{
		MaxEvents: 50, MaxDelay: 10 * time.Millisecond, FirstBackoff: 20 * time.Millisecond, MaxBackoff: 200 * time.Millisecond,
		OnRetry:   func(error, time.Duration) { retries.Add(1) },
		OnRefused: func(event *pb.Event, err error) { refused.Add(1) },
	})
	var all []string
	var running sync.WaitGroup
	var added, allowed atomic.Int32
	allowed.Store(step)
	for writer := range writers {
		mine := ids("kill-"+string(rune('a'+writer)), each)
		all = append(all, mine...)
		running.Add(1)
		go func() {
			defer running.Done()
			for _, id := range mine {
				if err := events.Add(read(id)); err != nil {
					t.Errorf("%s: %v", id, err)
				}
				for added.Add(1); added.Load() > allowed.Load(); {
					time.Sleep(time.Millisecond)
				}
			}
		}()
	}
	for range kills {
		for added.Load() < allowed.Load()-step/2 {
			time.Sleep(time.Millisecond)
		}
		// Amid the batches of this step; those of the next find no server.
		control(t, "kill")
		before := retries.Load()
		allowed.Add(step)
		for retries.Load() == before {
			time.Sleep(time.Millisecond)
		}
		control(t, "start")
	}
	running.Wait()
	if err := events.Close(soon(t)); err != nil {
		t.Fatal(err)
	}
	recorded(t, all)
	if refused.Load() != 0 {
		t.Errorf("%d refused", refused.Load())
	}
}

func TestABadEventIsReportedAndTheOthersOfItsBatchAreRecorded(t *testing.T) {
	refused := map[string]codes.Code{}
	events := batcher(t, open(t, cofilter.Options{}), cofilter.BatcherOptions{
		MaxDelay:  time.Hour,
		OnRefused: func(event *pb.Event, err error) { refused[event.GetEventId()] = status.Code(err) },
	})
	good := ids("beside-bad", 100)
	for i, id := range good {
		add(t, events, read(id))
		if i == 17 || i == 80 {
			add(t, events, &pb.Event{EventId: "bad-" + id, MemberId: "m"})
		}
	}
	other := read(good[0])
	other.Verb = pb.Verb_VERB_LIKE
	flush(t, events)
	add(t, events, other)
	flush(t, events)
	recorded(t, good)
	want := map[string]codes.Code{
		"bad-beside-bad-17": codes.InvalidArgument, "bad-beside-bad-80": codes.InvalidArgument, good[0]: codes.AlreadyExists}
	for id, code := range want {
		if refused[id] != code {
			t.Errorf("%s: %s", id, refused[id])
		}
	}
	if len(refused) != len(want) {
		t.Errorf("refused: %v", refused)
	}
}

func TestAnEventAloneGoesAfterTheDelay(t *testing.T) {
	events := batcher(t, open(t, cofilter.Options{}), cofilter.BatcherOptions{MaxDelay: time.Millisecond})
	add(t, events, read("alone"))
	for end := time.Now().Add(time.Minute); events.Pending() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the event was not sent")
		}
	}
	recorded(t, []string{"alone"})
}

func TestAFullBatchDoesNotWait(t *testing.T) {
	events := batcher(t, open(t, cofilter.Options{}), cofilter.BatcherOptions{MaxEvents: 10, MaxDelay: time.Hour})
	for _, id := range ids("full", 25) {
		add(t, events, read(id))
	}
	for end := time.Now().Add(time.Minute); events.Pending() > 5; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("full batches were not sent")
		}
	}
	recorded(t, ids("full", 20))
	if events.Pending() != 5 {
		t.Errorf("%d events are pending", events.Pending())
	}
}

func TestAFullBatcherSaysWhy(t *testing.T) {
	control(t, "kill")
	t.Cleanup(func() { control(t, "start") })
	failed := make(chan struct{}, 1000)
	events := batcher(t, open(t, cofilter.Options{}), cofilter.BatcherOptions{
		MaxPending: 10, MaxDelay: time.Millisecond, FirstBackoff: time.Millisecond, MaxBackoff: time.Millisecond,
		OnRetry: func(error, time.Duration) {
			select {
			case failed <- struct{}{}:
			default:
			}
		}})
	held := ids("held", 10)
	for _, id := range held {
		add(t, events, read(id))
	}
	<-failed
	err := events.Add(read("one-too-many"))
	if !errors.Is(err, cofilter.ErrFull) || !strings.Contains(err.Error(), "10 events are held") || !strings.Contains(err.Error(), "Unavailable") {
		t.Fatal(err)
	}
	at, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := events.Flush(at); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	control(t, "start")
	flush(t, events)
	recorded(t, held)
}

func TestCloseSaysHowManyAreLeft(t *testing.T) {
	control(t, "kill")
	t.Cleanup(func() { control(t, "start") })
	events := batcher(t, open(t, cofilter.Options{}), cofilter.BatcherOptions{})
	for _, id := range ids("left", 3) {
		add(t, events, read(id))
	}
	at, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := events.Close(at); err == nil || !strings.Contains(err.Error(), "3 events are not sent") {
		t.Fatal(err)
	}
	if err := events.Add(read("late")); !errors.Is(err, cofilter.ErrClosed) {
		t.Fatal(err)
	}
}

func TestWhatNoServerWouldTakeIsNotHeld(t *testing.T) {
	events := batcher(t, open(t, cofilter.Options{}), cofilter.BatcherOptions{})
	large := read("large")
	large.OtherVerb = strings.Repeat("x", 100_000)
	if err := events.Add(large); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Error(err)
	}
	broken := read("broken")
	broken.Surface = "\xff"
	if err := events.Add(broken); err == nil {
		t.Error("text that is not UTF-8 was taken")
	}
	if events.Pending() != 0 {
		t.Errorf("%d events are pending", events.Pending())
	}
	for _, options := range []cofilter.BatcherOptions{{MaxEvents: 1001}, {MaxPending: -1}, {MaxDelay: -1}} {
		if _, err := cofilter.NewBatcher(nil, options); err == nil {
			t.Errorf("%+v was taken", options)
		}
	}
}

const crashCount = 300

// addAndWait is the backend that crashes: it spools events, says so, and waits for its end.
func addAndWait(spool string) {
	client, err := cofilter.Open(os.Getenv("COFILTER_ADDRESS"), cofilter.Options{Token: cofilter.FileToken(os.Getenv("COFILTER_TOKEN_FILE"))})
	if err != nil {
		panic(err)
	}
	events, err := cofilter.NewBatcher(client.Events, cofilter.BatcherOptions{SpoolFile: spool})
	if err != nil {
		panic(err)
	}
	for _, id := range ids("crash", crashCount) {
		if err := events.Add(read(id)); err != nil {
			panic(err)
		}
	}
	os.Stdout.WriteString("added\n")
	select {}
}

func TestACrashOfTheBackendLosesNone(t *testing.T) {
	spool := filepath.Join(t.TempDir(), "spool")
	control(t, "kill")
	t.Cleanup(func() { control(t, "start") })
	backend := exec.Command(os.Args[0])
	backend.Env = append(os.Environ(), crashingProcess+"="+spool)
	backend.Stderr = os.Stderr
	out, err := backend.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := backend.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "added\n" {
		t.Fatalf("%q, %v", line, err)
	}
	client := open(t, cofilter.Options{})
	if _, err := cofilter.NewBatcher(client.Events, cofilter.BatcherOptions{SpoolFile: spool}); err == nil || !strings.Contains(err.Error(), "another batcher") {
		t.Fatalf("a second batcher: %v", err)
	}
	if err := backend.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	backend.Wait()
	control(t, "start")
	next := batcher(t, client, cofilter.BatcherOptions{SpoolFile: spool})
	if err := next.Close(soon(t)); err != nil {
		t.Fatal(err)
	}
	recorded(t, ids("crash", crashCount))
	if left, err := os.Stat(spool); err != nil || left.Size() != 0 {
		t.Fatalf("the spool was not emptied: %v", err)
	}
}
