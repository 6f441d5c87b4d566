// Keeps the token of a client, and knows when to ask for the next one.
package cofilter.client;

import com.google.gson.JsonParser;
import io.grpc.Status;
import io.grpc.StatusException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** Thread-safety: all threads may share one; they wait for the one that asks the source. */
final class Tokens {
  /** A token is renewed so long before its exp, or a fifth of its life if that is less. */
  private static final Duration RENEW_BEFORE = Duration.ofMinutes(1);

  /** A source that has nothing newer is not asked at every call. */
  private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(1);

  /** The end of a token without exp, which is kept until it is refused. */
  static final Instant NEVER = Instant.parse("9999-12-31T00:00:00Z");

  private final TokenSource source;
  private final Clock clock;
  private String token;
  private Instant renewAt;
  private Instant expires;

  Tokens(TokenSource source, Clock clock) {
    this.source = source;
    this.clock = clock;
  }

  /**
   * The kept token, or a new one. A source that fails is no error while the kept one is good.
   *
   * @throws StatusException UNAUTHENTICATED, with what the source threw
   */
  synchronized String get() throws StatusException {
    Instant now = clock.instant();
    if (token != null && now.isBefore(renewAt)) {
      return token;
    }
    try {
      String next = source.token();
      if (next == null || next.isEmpty()) {
        throw new IllegalStateException("it gave an empty token");
      }
      token = next;
    } catch (Exception problem) {
      if (problem instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      if (token == null || !now.isBefore(expires)) {
        throw Status.UNAUTHENTICATED.withDescription("the token source failed: " + problem).withCause(problem).asException();
      }
      renewAt = now.plus(ASK_AGAIN_AFTER);
      return token;
    }
    expires = expiryOf(token);
    Duration fifth = Duration.between(now, expires).dividedBy(5);
    renewAt = expires.minus(fifth.compareTo(RENEW_BEFORE) < 0 ? fifth : RENEW_BEFORE);
    Instant soonest = now.plus(ASK_AGAIN_AFTER);
    if (renewAt.isBefore(soonest)) {
      renewAt = soonest;
    }
    return token;
  }

  /** Forgets a token; another that has taken its place meanwhile stays. */
  synchronized void refused(String refused) {
    if (refused.equals(token)) {
      token = null;
    }
  }

  /** Exp of a JWT, whose signature the server checks. */
  static Instant expiryOf(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return NEVER;
    }
    try {
      String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      double seconds = JsonParser.parseString(claims).getAsJsonObject().get("exp").getAsDouble();
      return seconds > 0 && seconds < NEVER.getEpochSecond() ? Instant.ofEpochMilli((long) (seconds * 1000)) : NEVER;
    } catch (RuntimeException noExpiry) {
      return NEVER;
    }
  }
}
