// The client: a channel, its policy, and the stubs.
package cofilter.client;

import cofilter.v1.CatalogueServiceGrpc;
import cofilter.v1.EventServiceGrpc;
import cofilter.v1.MemberServiceGrpc;
import cofilter.v1.ModelServiceGrpc;
import cofilter.v1.RecommendationServiceGrpc;
import cofilter.v1.ReviewServiceGrpc;
import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connection to a Cofilter server: stubs, deadlines and retries by the service config that all clients share, and tokens
 * that are asked for again before they expire. A call without a deadline has that of the service config: 2 s for a list, 10 s
 * for most others. A unary call that is refused for its token is repeated once with a new one.
 *
 * <p>Thread-safety: all threads may share one.
 */
public final class CofilterClient implements AutoCloseable {
  private static final long BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ManagedChannel channel;
  private final Channel calls;

  private CofilterClient(ManagedChannel channel, TokenSource source) {
    this.channel = channel;
    calls = ClientInterceptors.intercept(channel, new TokenInterceptor(new Tokens(source, Clock.systemUTC())), new Reconnecting());
  }

  /** Without TLS, which is for a server on this machine: an IllegalArgumentException for another target. */
  public static CofilterClient open(String target, TokenSource source) {
    if (!isLoopback(target)) {
      throw new IllegalArgumentException(target + " is another machine, and the token would go there without TLS; "
          + "right: open with credentials, which are InsecureChannelCredentials if the network is trusted");
    }
    return open(target, source, InsecureChannelCredentials.create());
  }

  /** With TlsChannelCredentials, or others. It does not wait for the server. */
  public static CofilterClient open(String target, TokenSource source, ChannelCredentials credentials) {
    Objects.requireNonNull(source, "source");
    return new CofilterClient(
        Grpc.newChannelBuilder(target, credentials).defaultServiceConfig(serviceConfig()).enableRetry().build(), source);
  }

  public RecommendationServiceGrpc.RecommendationServiceBlockingStub recommendations() {
    return RecommendationServiceGrpc.newBlockingStub(calls);
  }

  public EventServiceGrpc.EventServiceBlockingStub events() {
    return EventServiceGrpc.newBlockingStub(calls);
  }

  public CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue() {
    return CatalogueServiceGrpc.newBlockingStub(calls);
  }

  public MemberServiceGrpc.MemberServiceBlockingStub members() {
    return MemberServiceGrpc.newBlockingStub(calls);
  }

  public ReviewServiceGrpc.ReviewServiceBlockingStub review() {
    return ReviewServiceGrpc.newBlockingStub(calls);
  }

  public ModelServiceGrpc.ModelServiceBlockingStub models() {
    return ModelServiceGrpc.newBlockingStub(calls);
  }

  /** For stubs of another kind: EventServiceGrpc.newStub(client.calls()), newFutureStub. */
  public Channel calls() {
    return calls;
  }

  /** Ends the connection: calls in flight have five seconds. */
  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(5, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** The library waits up to two minutes before it looks for a server again: a call does not wait for that. */
  private final class Reconnecting implements ClientInterceptor {
    private final AtomicLong last = new AtomicLong(System.nanoTime() - BACKOFF_NANOS);

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      long before = last.get();
      long now = System.nanoTime();
      if (now - before >= BACKOFF_NANOS && channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE && last.compareAndSet(before, now)) {
        channel.resetConnectBackoff();
      }
      return next.newCall(method, options);
    }
  }

  private static Map<String, ?> serviceConfig() {
    try (InputStream in = CofilterClient.class.getResourceAsStream("service_config.json");
        Reader text = new InputStreamReader(Objects.requireNonNull(in, "service_config.json"), StandardCharsets.UTF_8)) {
      return new Gson().fromJson(text, new TypeToken<Map<String, Object>>() {}.getType());
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** Whether a target can only be this machine; a name other than localhost is not looked up. */
  private static boolean isLoopback(String target) {
    if (target.startsWith("unix:")) {
      return true;
    }
    String address = target.startsWith("dns:///") ? target.substring(7) : target;
    int colon = address.lastIndexOf(':');
    String host = colon > 0 && address.lastIndexOf(']') < colon ? address.substring(0, colon) : address;
    if (host.equals("localhost")) {
      return true;
    }
    // Literals only: getByName would ask the network for a name.
    if (!host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+\\]")) {
      return false;
    }
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException noAddress) {
      return false;
    }
  }
}
