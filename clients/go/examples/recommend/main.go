// A list for a member, what the member then reads, and a list that reacts.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	cofilter "cofilter/clients/go"
	pb "cofilter/clients/go/cofilterv1"
)

func main() {
	token := cofilter.FileToken(os.Getenv("COFILTER_TOKEN_FILE"))
	client := must(cofilter.Open(os.Getenv("COFILTER_ADDRESS"), cofilter.Options{Token: token}))
	events := must(cofilter.NewBatcher(client.Events, cofilter.BatcherOptions{}))
	ask := &pb.RecommendItemsRequest{MemberId: os.Getenv("COFILTER_MEMBER"), Surface: "news", Count: 3}
	for range 2 {
		items := must(client.Recommendations.RecommendItems(context.Background(), ask)).Recommendation.Items
		fmt.Println(items[0].ItemId, items[1].ItemId, items[2].ItemId)
		check(events.Add(&pb.Event{MemberId: ask.MemberId, ItemId: items[0].ItemId, Verb: pb.Verb_VERB_READ}))
		check(events.Flush(context.Background()))
	}
	check(events.Close(context.Background()))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
