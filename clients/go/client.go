// Package cofilter calls a Cofilter server: stubs, deadlines and retries by the service config that all clients
// share, tokens that are asked for again before they expire, and a batcher that loses no event.
package cofilter

import (
	"crypto/tls"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	pb "cofilter/clients/go/cofilterv1"
)

//go:embed service_config.json
var serviceConfig string

// Options of a client. The zero value of a field is its default.
type Options struct {
	// Token gives the tokens to call with. Required.
	Token TokenSource
	// TLS to speak; &tls.Config{} trusts the system's authorities. Default: no TLS.
	TLS *tls.Config
	// Insecure sends tokens without TLS to another machine too. Default: only to this one.
	Insecure bool
	// Dial holds further options of the connection. Default: none.
	Dial []grpc.DialOption
}

// Client holds one connection, which is made when it is needed and again when it breaks. A call without a
// deadline has that of the service config: 2 s for a list, 10 s for most others.
//
// Thread-safety: all goroutines may share one.
type Client struct {
	Recommendations pb.RecommendationServiceClient
	Events          pb.EventServiceClient
	Catalogue       pb.CatalogueServiceClient
	Members         pb.MemberServiceClient
	Review          pb.ReviewServiceClient
	Models          pb.ModelServiceClient

	connection *grpc.ClientConn
}

// Open makes a client of the server at target, "127.0.0.1:8470". It does not wait for the server.
func Open(target string, options Options) (*Client, error) {
	if options.Token == nil {
		return nil, errors.New("cofilter: Options.Token is missing; right: FileToken(PATH), or a function of your own")
	}
	transport := insecure.NewCredentials()
	switch {
	case options.TLS != nil:
		transport = credentials.NewTLS(options.TLS)
	case !options.Insecure && !isLoopback(target):
		return nil, fmt.Errorf("cofilter: %s is another machine, and the token would go there without TLS; "+
			"right: Options.TLS, or Options.Insecure if the network is trusted", target)
	}
	kept := newTokens(options.Token, time.Now)
	connection, err := grpc.NewClient(target, append([]grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithChainUnaryInterceptor(kept.unary),
		grpc.WithChainStreamInterceptor(kept.stream),
		// A server that comes back is found within seconds; the library's own maximum is two minutes.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 5 * time.Second,
		}),
	}, options.Dial...)...)
	if err != nil {
		return nil, fmt.Errorf("cofilter: %s: %w", target, err)
	}
	return &Client{
		Recommendations: pb.NewRecommendationServiceClient(connection),
		Events:          pb.NewEventServiceClient(connection),
		Catalogue:       pb.NewCatalogueServiceClient(connection),
		Members:         pb.NewMemberServiceClient(connection),
		Review:          pb.NewReviewServiceClient(connection),
		Models:          pb.NewModelServiceClient(connection),
		connection:      connection,
	}, nil
}

// Close ends the connection; calls in flight fail.
func (c *Client) Close() error { return c.connection.Close() }

// isLoopback says whether a target can only be this machine; a name other than localhost is not looked up.
func isLoopback(target string) bool {
	if strings.HasPrefix(target, "unix:") {
		return true
	}
	if scheme, rest, found := strings.Cut(target, ":///"); found && (scheme == "dns" || scheme == "passthrough") {
		target = rest
	}
	host, _, err := net.SplitHostPort(target)
	if err != nil {
		host = strings.Trim(target, "[]")
	}
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}
