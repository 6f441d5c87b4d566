// A list for a member, and what the member did with it. COFILTER_ADDRESS, COFILTER_TOKEN_FILE and COFILTER_MEMBER say where and for whom.
import { connect, tokenFile } from "cofilter";

const { COFILTER_ADDRESS: address = "", COFILTER_TOKEN_FILE: file = "", COFILTER_MEMBER: memberId = "", COFILTER_CA: ca } = process.env;
const client = connect(address, { token: tokenFile(file), ...(ca === undefined ? {} : { ca }) });
const { recommendation } = await client.recommendations.recommendItems({ memberId, surface: "news", count: 5 });
for (const item of recommendation?.items ?? []) console.log(item.rank, item.itemId, item.score.toFixed(4));
const events = client.eventBatcher();
const first = recommendation?.items[0];
if (first) events.add({ memberId, itemId: first.itemId, verb: "read", surface: "news", recommendationId: recommendation.recommendationId, position: 1 });
await client.close();
