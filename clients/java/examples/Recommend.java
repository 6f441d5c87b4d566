// A list for a member: java -cp 'target/*:target/lib/*' examples/Recommend.java
import cofilter.client.CofilterClient;
import cofilter.client.TokenSource;
import cofilter.v1.RecommendItemsRequest;
import java.nio.file.Path;

public class Recommend {
  public static void main(String[] arguments) {
    var token = TokenSource.ofFile(Path.of(System.getenv("COFILTER_TOKEN_FILE")));
    try (var client = CofilterClient.open(System.getenv("COFILTER_ADDRESS"), token)) {
      var ask = RecommendItemsRequest.newBuilder().setMemberId(System.getenv("COFILTER_MEMBER")).setSurface("news").setCount(3);
      var list = client.recommendations().recommendItems(ask.build()).getRecommendation();
      list.getItemsList().forEach(item -> System.out.println(item.getRank() + " " + item.getItemId()));
    }
  }
}
