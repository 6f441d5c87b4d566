"""A list for a member, and what the member did with it. COFILTER_ADDRESS, COFILTER_TOKEN_FILE and COFILTER_MEMBER say where and for whom."""

import os

import cofilter

with cofilter.Client(os.environ["COFILTER_ADDRESS"], token=cofilter.token_file(os.environ["COFILTER_TOKEN_FILE"])) as client:
    request = cofilter.v1.RecommendItemsRequest(member_id=os.environ["COFILTER_MEMBER"], surface="news", count=5)
    served = client.recommendations.RecommendItems(request).recommendation
    for item in served.items:
        print(item.rank, item.item_id, f"{item.score:.4f}")
    with client.event_batcher() as events:
        events.add(member_id=request.member_id, item_id=served.items[0].item_id, verb="read",
                   surface="news", recommendation_id=served.recommendation_id, position=1)
