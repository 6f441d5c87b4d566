// Where tokens come from.
package cofilter.client;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gives a token that is good now. It is asked at the first call, again when the token's exp is near, and after the server
 * refused it; by one thread at a time, which is the caller's, or one of gRPC's after a refusal.
 */
@FunctionalInterface
public interface TokenSource {
  String token() throws Exception;

  /** Reads the token from a file each time, as the server's operator.token, which is renewed in place. */
  static TokenSource ofFile(Path path) {
    return () -> Files.readString(path).strip();
  }
}
