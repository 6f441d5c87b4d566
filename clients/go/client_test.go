// Calls against a real server, which is killed, paused and started again: run by clients/testing/with_server.
package cofilter_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	cofilter "cofilter/clients/go"
	pb "cofilter/clients/go/cofilterv1"
)

func environment(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set; right: clients/testing/with_server go test", name)
	}
	return value
}

// control has server_control do something and returns what it printed.
func control(t *testing.T, arguments ...string) string {
	t.Helper()
	command := exec.Command(environment(t, "COFILTER_CONTROL"), arguments...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("server_control %v: %v", arguments, err)
	}
	return strings.TrimSpace(string(out))
}

func open(t *testing.T, options cofilter.Options) *cofilter.Client {
	t.Helper()
	if options.Token == nil {
		options.Token = cofilter.FileToken(environment(t, "COFILTER_TOKEN_FILE"))
	}
	client, err := cofilter.Open(environment(t, "COFILTER_ADDRESS"), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func news(t *testing.T, client *cofilter.Client) *pb.Recommendation {
	t.Helper()
	answer, err := client.Recommendations.RecommendItems(context.Background(),
		&pb.RecommendItemsRequest{MemberId: environment(t, "COFILTER_MEMBER"), Surface: "news", Count: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.GetRecommendation().GetItems()) == 0 {
		t.Fatal("the list is empty")
	}
	return answer.GetRecommendation()
}

func TestAMemberHasAPersonalList(t *testing.T) {
	if list := news(t, open(t, cofilter.Options{})); list.GetLevel() != pb.Level_LEVEL_PERSONALISED {
		t.Fatalf("level %s", list.GetLevel())
	}
}

func TestTheNextListReacts(t *testing.T) {
	client := open(t, cofilter.Options{})
	first := news(t, client).GetItems()[0].GetItemId()
	events := batcher(t, client, cofilter.BatcherOptions{})
	add(t, events, &pb.Event{MemberId: environment(t, "COFILTER_MEMBER"), ItemId: first, Verb: pb.Verb_VERB_READ})
	flush(t, events)
	for _, item := range news(t, client).GetItems() {
		if item.GetItemId() == first {
			t.Fatalf("%s was read and is listed again", first)
		}
	}
}

func TestCallsGoOnWhenTheServerIsRestarted(t *testing.T) {
	client := open(t, cofilter.Options{})
	news(t, client)
	control(t, "restart")
	news(t, client)
}

// tokens gives one after the other, the last for good, and counts how often it was asked.
func tokens(asked *atomic.Int32, each ...string) cofilter.TokenSource {
	return func(context.Context) (string, error) {
		return each[min(int(asked.Add(1)), len(each))-1], nil
	}
}

func TestAnExpiredTokenIsReplacedWithinTheCall(t *testing.T) {
	var asked atomic.Int32
	client := open(t, cofilter.Options{Token: tokens(&asked, control(t, "token", "--seconds", "-120"), control(t, "token"))})
	news(t, client)
	news(t, client)
	if asked.Load() != 2 {
		t.Fatalf("asked %d times", asked.Load())
	}
}

func TestATokenThatStaysRefusedIsAnError(t *testing.T) {
	var asked atomic.Int32
	client := open(t, cofilter.Options{Token: tokens(&asked, control(t, "token", "--seconds", "-120"))})
	_, err := client.Recommendations.RecommendItems(context.Background(), &pb.RecommendItemsRequest{MemberId: "m", Surface: "news"})
	if status.Code(err) != codes.Unauthenticated || asked.Load() != 2 {
		t.Fatalf("asked %d times, %v", asked.Load(), err)
	}
}

func TestAStreamBeginsWithANewTokenAfterARefusal(t *testing.T) {
	var asked atomic.Int32
	client := open(t, cofilter.Options{Token: tokens(&asked, control(t, "token", "--seconds", "-120"), control(t, "token"))})
	ask := &pb.StreamRecommendationsRequest{MemberIds: []string{environment(t, "COFILTER_MEMBER")}, Surface: "news"}
	for _, want := range []codes.Code{codes.Unauthenticated, codes.OK} {
		stream, err := client.Recommendations.StreamRecommendations(context.Background(), ask)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = stream.Recv(); status.Code(err) != want {
			t.Fatalf("wanted %s: %v", want, err)
		}
	}
}

func TestATokenSourceThatFailsIsNamed(t *testing.T) {
	client := open(t, cofilter.Options{Token: func(context.Context) (string, error) { return "", errors.New("no issuer") }})
	_, err := client.Models.ListModels(context.Background(), &pb.ListModelsRequest{})
	if status.Code(err) != codes.Unauthenticated || !strings.Contains(err.Error(), "no issuer") {
		t.Fatal(err)
	}
}

func TestDeadlinesAreHonoured(t *testing.T) {
	client := open(t, cofilter.Options{})
	news(t, client)
	control(t, "pause")
	t.Cleanup(func() { control(t, "resume") })
	ask := &pb.RecommendItemsRequest{MemberId: environment(t, "COFILTER_MEMBER"), Surface: "news"}
	soon, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := client.Recommendations.RecommendItems(soon, ask); status.Code(err) != codes.DeadlineExceeded {
		t.Fatalf("with a deadline of its own: %v", err)
	}
	if _, err := client.Recommendations.RecommendItems(context.Background(), ask); status.Code(err) != codes.DeadlineExceeded {
		t.Fatalf("with that of the service config: %v", err)
	}
}

func TestNoTokenGoesToAnotherMachineInPlainText(t *testing.T) {
	for target, allowed := range map[string]bool{
		"127.0.0.1:8470": true, "localhost:8470": true, "[::1]:8470": true, "dns:///127.0.0.1:8470": true, "unix:/run/cofilter": true,
		"10.1.2.3:8470": false, "cofilter.example:8470": false, "dns:///cofilter.example:8470": false, "localhost.example:8470": false,
		"dns://10.1.2.3/localhost:8470": false, "127.0.0.1.example:8470": false,
	} {
		for _, insecure := range []bool{false, true} {
			client, err := cofilter.Open(target, cofilter.Options{Token: cofilter.FileToken("token"), Insecure: insecure})
			if (err == nil) != (allowed || insecure) {
				t.Errorf("%s, insecure %v: %v", target, insecure, err)
			}
			if err == nil {
				client.Close()
			}
		}
	}
}

func TestATokenSourceIsRequired(t *testing.T) {
	if _, err := cofilter.Open("127.0.0.1:8470", cofilter.Options{}); err == nil || !strings.Contains(err.Error(), "Options.Token") {
		t.Fatal(err)
	}
}

// Run apart, under with_server --mutual-tls.
func TestMutualTLS(t *testing.T) {
	authority, err := os.ReadFile(environment(t, "COFILTER_CA"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := tls.LoadX509KeyPair(environment(t, "COFILTER_CLIENT_CERTIFICATE"), environment(t, "COFILTER_CLIENT_KEY"))
	if err != nil {
		t.Fatal(err)
	}
	known := x509.NewCertPool()
	if !known.AppendCertsFromPEM(authority) {
		t.Fatal("the authority cannot be read")
	}
	news(t, open(t, cofilter.Options{TLS: &tls.Config{RootCAs: known, Certificates: []tls.Certificate{own}}}))

	strangers := open(t, cofilter.Options{TLS: &tls.Config{RootCAs: x509.NewCertPool(), Certificates: []tls.Certificate{own}}})
	if _, err := strangers.Models.ListModels(context.Background(), &pb.ListModelsRequest{}); status.Code(err) != codes.Unavailable {
		t.Fatalf("a server that nobody vouches for: %v", err)
	}
}

func ids(prefix string, count int) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprintf("%s-%d", prefix, i)
	}
	return all
}
