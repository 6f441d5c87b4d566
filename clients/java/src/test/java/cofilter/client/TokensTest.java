// When a token is asked for again.
package cofilter.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.StatusException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  private static final Instant START = Instant.ofEpochSecond(1_800_000_000);

  private Instant now = START;
  private Duration life = Duration.ofHours(1);
  private RuntimeException failure;
  private int asked;

  private final Tokens tokens =
      new Tokens(
          () -> {
            asked++;
            if (failure != null) {
              throw failure;
            }
            return tokenUntil(now.plus(life));
          },
          new Clock() {
            @Override
            public Instant instant() {
              return now;
            }

            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }
          });

  private static String token(String claims) {
    return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + ".c2ln";
  }

  private static String tokenUntil(Instant end) {
    return token("{\"exp\":" + end.getEpochSecond() + "}");
  }

  private void assertAskedAfter(Duration after, int wanted) throws StatusException {
    now = START.plus(after);
    tokens.get();
    assertEquals(wanted, asked, after.toString());
  }

  @Test
  void asksAgainBeforeATokenExpires() throws StatusException {
    assertAskedAfter(Duration.ZERO, 1);
    assertAskedAfter(Duration.ofMinutes(59).minusSeconds(1), 1);
    assertAskedAfter(Duration.ofMinutes(59), 2);
    life = Duration.ofSeconds(10);
    assertAskedAfter(Duration.ofMinutes(118), 3);
    assertAskedAfter(Duration.ofMinutes(118).plusSeconds(7), 3);
    assertAskedAfter(Duration.ofMinutes(118).plusSeconds(8), 4);
  }

  @Test
  void keepsAGoodTokenWhileTheSourceFails() throws StatusException {
    assertAskedAfter(Duration.ZERO, 1);
    failure = new IllegalStateException("no issuer");
    assertAskedAfter(Duration.ofMinutes(59), 2);
    assertAskedAfter(Duration.ofMinutes(59), 2); // the source is left alone for a second
    now = START.plus(Duration.ofHours(1));
    String said = assertThrows(StatusException.class, tokens::get).getMessage();
    assertTrue(said.startsWith("UNAUTHENTICATED") && said.contains("no issuer"), said);
  }

  @Test
  void asksAgainAfterARefusal() throws StatusException {
    String first = tokens.get();
    tokens.refused("another");
    assertAskedAfter(Duration.ZERO, 1);
    tokens.refused(first);
    assertAskedAfter(Duration.ZERO, 2);
  }

  @Test
  void aTokenWithoutExpiryNeverExpires() {
    for (String each : new String[] {"", "opaque", "a.b", "a.b.c", token("{}"), token("{\"exp\":\"soon\"}"), token("{\"exp\":-5}"), token("{\"exp\":1e300}")}) {
      assertEquals(Tokens.NEVER, Tokens.expiryOf(each), each);
    }
    assertEquals(START, Tokens.expiryOf(tokenUntil(START)));
  }

  @Test
  void aFileIsReadEachTime(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("token");
    TokenSource source = TokenSource.ofFile(file);
    assertThrows(java.nio.file.NoSuchFileException.class, source::token);
    for (String text : new String[] {"one", "two"}) {
      Files.writeString(file, text + "\n");
      assertEquals(text, source.token());
    }
  }
}
