// Calls against a real server, which is killed, paused and started again: run by clients/testing/with_server.
package cofilter.client;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cofilter.v1.Event;
import cofilter.v1.Level;
import cofilter.v1.ListModelsRequest;
import cofilter.v1.RecommendItemsRequest;
import cofilter.v1.Recommendation;
import cofilter.v1.RecordEventsRequest;
import cofilter.v1.RecommendationServiceGrpc;
import cofilter.v1.StreamRecommendationsRequest;
import cofilter.v1.Verb;
import com.google.protobuf.Timestamp;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class CofilterClientTest {
  private static String environment(String name) {
    String value = System.getenv(name);
    assertTrue(value != null, name + " is not set; right: clients/testing/with_server mvn verify");
    return value;
  }

  private static String control(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(environment("COFILTER_CONTROL")));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertEquals(0, process.waitFor(), command.toString());
    return out;
  }

  private static CofilterClient open(TokenSource source) {
    return CofilterClient.open(environment("COFILTER_ADDRESS"), source);
  }

  private static TokenSource file() {
    return TokenSource.ofFile(Path.of(environment("COFILTER_TOKEN_FILE")));
  }

  /** One token after the other, the last for good. */
  private static TokenSource inTurn(AtomicInteger asked, String... tokens) {
    return () -> tokens[Math.min(asked.getAndIncrement(), tokens.length - 1)];
  }

  private static RecommendItemsRequest ask() {
    return RecommendItemsRequest.newBuilder().setMemberId(environment("COFILTER_MEMBER")).setSurface("news").setCount(10).build();
  }

  private static List<String> news(CofilterClient client) {
    Recommendation list = client.recommendations().recommendItems(ask()).getRecommendation();
    assertEquals(Level.LEVEL_PERSONALISED, list.getLevel());
    assertFalse(list.getItemsList().isEmpty());
    return list.getItemsList().stream().map(item -> item.getItemId()).collect(Collectors.toList());
  }

  private static Status refusal(Executable call) {
    return assertThrows(StatusRuntimeException.class, call).getStatus();
  }

  @Test
  void theNextListReacts() {
    try (CofilterClient client = open(file())) {
      String first = news(client).get(0);
      Event read =
          Event.newBuilder()
              .setEventId("java-read")
              .setMemberId(environment("COFILTER_MEMBER"))
              .setItemId(first)
              .setVerb(Verb.VERB_READ)
              .setOccurredAt(Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond()))
              .build();
      assertEquals(1, client.events().recordEvents(RecordEventsRequest.newBuilder().addEvents(read).build()).getRecorded());
      assertFalse(news(client).contains(first));
    }
  }

  @Test
  void callsGoOnWhenTheServerIsRestarted() throws Exception {
    try (CofilterClient client = open(file())) {
      news(client);
      control("restart");
      news(client);
    }
  }

  @Test
  void aServerThatWasAwayIsFoundByTheNextCall() throws Exception {
    try (CofilterClient client = open(file())) {
      control("kill");
      // Enough failures for the library to look for the server again only seconds later.
      for (int i = 0; i < 3; ++i) {
        assertEquals(Status.Code.UNAVAILABLE, refusal(() -> news(client)).getCode());
      }
      control("start");
      news(client);
    } finally {
      control("start");
    }
  }

  @Test
  void anExpiredTokenIsReplacedWithinTheCall() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (CofilterClient client = open(inTurn(asked, control("token", "--seconds", "-120"), control("token")))) {
      news(client);
      news(client);
    }
    assertEquals(2, asked.get());
  }

  @Test
  void anExpiredTokenIsReplacedWithinAnAsynchronousCall() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (CofilterClient client = open(inTurn(asked, control("token", "--seconds", "-120"), control("token")))) {
      var answer = RecommendationServiceGrpc.newFutureStub(client.calls()).recommendItems(ask()).get(1, TimeUnit.MINUTES);
      assertEquals(Level.LEVEL_PERSONALISED, answer.getRecommendation().getLevel());
    }
    assertEquals(2, asked.get());
  }

  @Test
  void aTokenThatStaysRefusedIsAnError() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (CofilterClient client = open(inTurn(asked, control("token", "--seconds", "-120")))) {
      assertEquals(Status.Code.UNAUTHENTICATED, refusal(() -> news(client)).getCode());
    }
    assertEquals(2, asked.get());
  }

  @Test
  void aStreamBeginsWithANewTokenAfterARefusal() throws Exception {
    var request =
        StreamRecommendationsRequest.newBuilder().addMemberIds(environment("COFILTER_MEMBER")).setSurface("news").build();
    try (CofilterClient client = open(inTurn(new AtomicInteger(), control("token", "--seconds", "-120"), control("token")))) {
      Executable stream = () -> assertEquals(environment("COFILTER_MEMBER"), client.recommendations().streamRecommendations(request).next().getMemberId());
      assertEquals(Status.Code.UNAUTHENTICATED, refusal(stream).getCode());
      assertDoesNotThrow(stream);
    }
  }

  @Test
  void aTokenSourceThatFailsIsNamed() {
    TokenSource failing = () -> { throw new IOException("no issuer"); };
    try (CofilterClient client = open(failing)) {
      for (Executable call : List.<Executable>of(
          () -> news(client),
          () -> client.recommendations().streamRecommendations(StreamRecommendationsRequest.getDefaultInstance()).hasNext())) {
        Status status = refusal(call);
        assertEquals(Status.Code.UNAUTHENTICATED, status.getCode());
        assertTrue(status.getDescription().contains("no issuer"), status.toString());
      }
    }
  }

  @Test
  void deadlinesAreHonoured() throws Exception {
    try (CofilterClient client = open(file())) {
      news(client);
      control("pause");
      Status own = refusal(() -> client.recommendations().withDeadlineAfter(50, TimeUnit.MILLISECONDS).recommendItems(ask()));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, own.getCode());
      long start = System.nanoTime();
      assertEquals(Status.Code.DEADLINE_EXCEEDED, refusal(() -> news(client)).getCode());
      assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(1900), "that of the service config came early");
    } finally {
      control("resume");
    }
  }

  @Test
  void noTokenGoesToAnotherMachineInPlainText() {
    for (String target : List.of("127.0.0.1:8470", "localhost:8470", "[::1]:8470", "dns:///127.0.0.1:8470")) {
      CofilterClient.open(target, () -> "token").close();
    }
    for (String target : List.of("10.1.2.3:8470", "cofilter.example:8470", "dns:///cofilter.example:8470", "localhost.example:8470", "dns://10.1.2.3/localhost:8470", "127.0.0.1.example:8470")) {
      String said = assertThrows(IllegalArgumentException.class, () -> CofilterClient.open(target, () -> "token")).getMessage();
      assertTrue(said.contains("another machine"), said);
    }
    CofilterClient.open("cofilter.example:8470", () -> "token", InsecureChannelCredentials.create()).close();
  }

  /** Run apart, under with_server --mutual-tls. */
  @Test
  @Tag("mutual-tls")
  void mutualTls() throws IOException {
    File authority = new File(environment("COFILTER_CA"));
    var own = TlsChannelCredentials.newBuilder().trustManager(authority)
        .keyManager(new File(environment("COFILTER_CLIENT_CERTIFICATE")), new File(environment("COFILTER_CLIENT_KEY"))).build();
    try (CofilterClient client = CofilterClient.open(environment("COFILTER_ADDRESS"), file(), own)) {
      news(client);
    }
    var nobody = TlsChannelCredentials.newBuilder().trustManager(authority).build();
    try (CofilterClient client = CofilterClient.open(environment("COFILTER_ADDRESS"), file(), nobody)) {
      assertEquals(Status.Code.UNAVAILABLE, refusal(() -> client.models().listModels(ListModelsRequest.getDefaultInstance())).getCode());
    }
  }
}
