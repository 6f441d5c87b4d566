// Gives every call a token, and a unary one that was refused for it a second try with a new one.
package cofilter.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;

final class TokenInterceptor implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Tokens tokens;

  TokenInterceptor(Tokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return method.getType() == MethodDescriptor.MethodType.UNARY
        ? new UnaryCall<>(() -> next.newCall(method, options))
        : new Stream<>(next.newCall(method, options));
  }

  private static Metadata with(Metadata headers, String token) {
    Metadata all = new Metadata();
    all.merge(headers);
    all.put(AUTHORIZATION, "Bearer " + token);
    return all;
  }

  /** A refused token is forgotten, so that the next stream has a new one. */
  private final class Stream<Q, A> extends SimpleForwardingClientCall<Q, A> {
    private boolean started;

    Stream(ClientCall<Q, A> call) {
      super(call);
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      String token;
      try {
        token = tokens.get();
      } catch (StatusException noToken) {
        listener.onClose(noToken.getStatus(), new Metadata());
        return;
      }
      started = true;
      super.start(
          new SimpleForwardingClientCallListener<A>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              if (status.getCode() == Status.Code.UNAUTHENTICATED) {
                tokens.refused(token);
              }
              super.onClose(status, trailers);
            }
          },
          with(headers, token));
    }

    // A call that has ended before it began takes what its owner still says.

    @Override
    public void request(int count) {
      if (started) {
        super.request(count);
      }
    }

    @Override
    public void sendMessage(Q message) {
      if (started) {
        super.sendMessage(message);
      }
    }

    @Override
    public void halfClose() {
      if (started) {
        super.halfClose();
      }
    }

    @Override
    public void cancel(String message, Throwable cause) {
      if (started) {
        super.cancel(message, cause);
      }
    }
  }

  private interface NewCall<Q, A> {
    ClientCall<Q, A> make();
  }

  /** Remembers what its owner said, to say it again to a second call. */
  private final class UnaryCall<Q, A> extends ClientCall<Q, A> {
    private final NewCall<Q, A> next;
    private Listener<A> listener;
    private Metadata headers;
    private ClientCall<Q, A> call; // null: none could begin
    private int requested;
    private Q message;
    private boolean halfClosed;
    private boolean cancelled;

    UnaryCall(NewCall<Q, A> next) {
      this.next = next;
    }

    @Override
    public synchronized void start(Listener<A> listener, Metadata headers) {
      this.listener = listener;
      this.headers = headers;
      begin(false);
    }

    private synchronized void begin(boolean again) {
      call = null;
      String token;
      try {
        token = tokens.get();
      } catch (StatusException noToken) {
        listener.onClose(noToken.getStatus(), new Metadata());
        return;
      }
      call = next.make();
      call.start(
          new SimpleForwardingClientCallListener<A>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              if (status.getCode() == Status.Code.UNAUTHENTICATED) {
                tokens.refused(token);
                if (!again && !isCancelled()) {
                  begin(true);
                  return;
                }
              }
              super.onClose(status, trailers);
            }
          },
          with(headers, token));
      if (requested > 0) {
        call.request(requested);
      }
      if (message != null) {
        call.sendMessage(message);
      }
      if (halfClosed) {
        call.halfClose();
      }
    }

    private synchronized boolean isCancelled() {
      return cancelled;
    }

    @Override
    public synchronized void request(int count) {
      requested += count;
      if (call != null) {
        call.request(count);
      }
    }

    @Override
    public synchronized void sendMessage(Q message) {
      this.message = message;
      if (call != null) {
        call.sendMessage(message);
      }
    }

    @Override
    public synchronized void halfClose() {
      halfClosed = true;
      if (call != null) {
        call.halfClose();
      }
    }

    @Override
    public synchronized void cancel(String message, Throwable cause) {
      cancelled = true;
      if (call != null) {
        call.cancel(message, cause);
      }
    }
  }
}
