// What no server is needed for: when a token is asked for again, and what becomes of a spool file.
package cofilter

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	pb "cofilter/clients/go/cofilterv1"
)

func tokenUntil(end time.Time) string {
	return "e30." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d}`, end.Unix())) + ".c2ln"
}

func TestATokenIsAskedForAgainBeforeItExpires(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	now := start
	asked := 0
	var failure error
	life := time.Hour
	kept := newTokens(func(context.Context) (string, error) {
		asked++
		return tokenUntil(now.Add(life)), failure
	}, func() time.Time { return now })
	at := func(after time.Duration, wanted int, failed bool) {
		t.Helper()
		now = start.Add(after)
		if _, err := kept.get(context.Background()); (err != nil) != failed || asked != wanted {
			t.Fatalf("after %s: asked %d times, error %v", after, asked, err)
		}
	}
	at(0, 1, false)
	at(58*time.Minute, 1, false)
	at(59*time.Minute, 2, false) // good until 1:59
	failure = errors.New("no issuer")
	at(118*time.Minute, 3, false) // the kept one is good for a minute
	at(118*time.Minute, 3, false) // and the source is left alone for a second
	at(119*time.Minute, 4, true)
	failure, life = nil, 10*time.Second
	at(119*time.Minute, 5, false)
	at(119*time.Minute+7*time.Second, 5, false)
	at(119*time.Minute+8*time.Second, 6, false)
	kept.refused("another")
	at(119*time.Minute+8*time.Second, 6, false)
	kept.refused(kept.token)
	at(119*time.Minute+8*time.Second, 7, false)
}

func TestATokenWithoutExpiryIsKept(t *testing.T) {
	for _, token := range []string{"opaque", "a.b.c", "e30.e30.c2ln", "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":"soon"}`)) + ".c2ln"} {
		if expiry(token).Before(time.Now().AddDate(100, 0, 0)) {
			t.Errorf("%s expires %s", token, expiry(token))
		}
	}
}

func TestACallThatIsOverDoesNotWaitForTheSource(t *testing.T) {
	asked := make(chan struct{})
	end := make(chan struct{})
	kept := newTokens(func(context.Context) (string, error) { close(asked); <-end; return "token", nil }, time.Now)
	go kept.get(context.Background())
	<-asked
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := kept.get(over); err == nil {
		t.Error("it waited")
	}
	close(end)
}

func spooled(t *testing.T, path string) (*spool, []string) {
	t.Helper()
	s, events, err := openSpool(path, true)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, event := range events {
		ids = append(ids, event.GetEventId())
	}
	return s, ids
}

func marshalled(t *testing.T, id string) []byte {
	t.Helper()
	bytes, err := proto.Marshal(&pb.Event{EventId: id})
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func TestARecordThatWasCutOffIsLeftOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool")
	s, _ := spooled(t, path)
	for _, id := range []string{"a", "b"} {
		if err := s.append(marshalled(t, id)); err != nil {
			t.Fatal(err)
		}
	}
	s.close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range whole {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s, ids := spooled(t, path)
		if want := map[bool]string{false: "", true: "a"}[cut >= len(whole)/2]; strings.Join(ids, " ") != want {
			t.Errorf("cut at %d: %v", cut, ids)
		}
		// What comes next is not hidden behind the rest of it.
		if err := s.append(marshalled(t, "c")); err != nil {
			t.Fatal(err)
		}
		s.close()
		s, ids = spooled(t, path)
		if ids[len(ids)-1] != "c" {
			t.Errorf("cut at %d: %v", cut, ids)
		}
		s.close()
	}
	flipped := append([]byte(nil), whole...)
	flipped[len(whole)-1] ^= 1
	if err := os.WriteFile(path, append(flipped, 0, 0, 0, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	s, ids := spooled(t, path)
	if strings.Join(ids, " ") != "a" {
		t.Errorf("a changed byte: %v", ids)
	}
	s.close()
}

func TestASpoolDoesNotGrowWithWhatIsAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool")
	s, _ := spooled(t, path)
	s.sync = false
	event := &pb.Event{EventId: "held", MemberId: strings.Repeat("m", 60_000)}
	bytes, err := proto.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	held := []heldEvent{{event: event, bytes: len(bytes)}}
	for range 200 {
		if err := s.append(bytes); err != nil {
			t.Fatal(err)
		}
		if err := s.forget(held); err != nil {
			t.Fatal(err)
		}
	}
	if s.size > leastSpoolBytes+2*int64(len(bytes)) {
		t.Errorf("%d bytes", s.size)
	}
	s.close()
	s, ids := spooled(t, path)
	if len(ids) == 0 || ids[0] != "held" {
		t.Errorf("%d events", len(ids))
	}
	if err := s.forget(nil); err != nil || s.size != 0 {
		t.Errorf("%d bytes, %v", s.size, err)
	}
	s.close()
}
