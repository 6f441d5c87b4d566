// Tokens: kept, asked for again before they expire, and after the server refused one.
package cofilter

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// TokenSource gives a token that is good now. It is asked at the first call, again when the token's exp is near, and
// after the server refused it; by one goroutine at a time.
type TokenSource func(ctx context.Context) (string, error)

// FileToken reads the token from a file each time, as the server's operator.token, which is renewed in place.
func FileToken(path string) TokenSource {
	return func(context.Context) (string, error) {
		text, err := os.ReadFile(path)
		return strings.TrimSpace(string(text)), err
	}
}

const (
	// A token is renewed so long before its exp, or a fifth of its life if that is less.
	renewBefore = time.Minute
	// A source that has nothing newer is not asked at every call.
	askAgainAfter = time.Second
)

type tokens struct {
	source TokenSource
	now    func() time.Time

	lock    chan struct{} // a mutex that a context ends
	token   string
	renewAt time.Time
	expires time.Time
}

func newTokens(source TokenSource, now func() time.Time) *tokens {
	return &tokens{source: source, now: now, lock: make(chan struct{}, 1)}
}

// get returns the kept token or a new one. A source that fails is no error while the kept token is good.
func (t *tokens) get(ctx context.Context) (string, error) {
	select {
	case t.lock <- struct{}{}:
		defer func() { <-t.lock }()
	case <-ctx.Done():
		return "", status.FromContextError(ctx.Err()).Err()
	}
	now := t.now()
	if t.token != "" && now.Before(t.renewAt) {
		return t.token, nil
	}
	token, err := t.source(ctx)
	if err == nil && token == "" {
		err = fmt.Errorf("it gave an empty token")
	}
	if err != nil {
		if t.token != "" && now.Before(t.expires) {
			t.renewAt = now.Add(askAgainAfter)
			return t.token, nil
		}
		return "", status.Errorf(codes.Unauthenticated, "the token source failed: %v", err)
	}
	t.token, t.expires = token, expiry(token)
	t.renewAt = t.expires.Add(-min(renewBefore, t.expires.Sub(now)/5))
	if soonest := now.Add(askAgainAfter); t.renewAt.Before(soonest) {
		t.renewAt = soonest
	}
	return token, nil
}

// refused forgets a token; one that has taken its place meanwhile stays.
func (t *tokens) refused(token string) {
	t.lock <- struct{}{}
	if t.token == token {
		t.token = ""
	}
	<-t.lock
}

// expiry reads exp without checking the signature: the server does that. A token without one is kept until refused.
func expiry(token string) time.Time {
	never := time.Unix(1<<40, 0)
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return never
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Exp <= 0 || claims.Exp >= 1<<40 {
		return never
	}
	return time.UnixMilli(int64(claims.Exp * 1000))
}

func with(ctx context.Context, token string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
}

// unary repeats a call that was refused for its token, once, with a new one.
func (t *tokens) unary(ctx context.Context, method string, request, reply any, connection *grpc.ClientConn,
	invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	for again := false; ; again = true {
		token, err := t.get(ctx)
		if err != nil {
			return err
		}
		err = invoke(with(ctx, token), method, request, reply, connection, options...)
		if status.Code(err) != codes.Unauthenticated {
			return err
		}
		t.refused(token)
		if again {
			return err
		}
	}
}

// stream begins with a good token. One that is refused is forgotten, so that the next stream has a new one.
func (t *tokens) stream(ctx context.Context, description *grpc.StreamDesc, connection *grpc.ClientConn, method string,
	begin grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	token, err := t.get(ctx)
	if err != nil {
		return nil, err
	}
	stream, err := begin(with(ctx, token), description, connection, method, options...)
	if err != nil {
		return nil, err
	}
	return &watchedStream{ClientStream: stream, tokens: t, token: token}, nil
}

type watchedStream struct {
	grpc.ClientStream
	tokens *tokens
	token  string
}

func (s *watchedStream) RecvMsg(message any) error {
	err := s.ClientStream.RecvMsg(message)
	if status.Code(err) == codes.Unauthenticated {
		s.tokens.refused(s.token)
	}
	return err
}
