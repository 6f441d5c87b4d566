// A page that shows a member's list, and records what is opened. The address stands in the page: ?server=…&member=…; the token comes
// from the page's own backend, GET /token.
import { connect } from "cofilter/browser";

const at = new URLSearchParams(location.search);
const client = connect(at.get("server") ?? "", { token: async () => (await fetch("/token")).text() });
const events = client.eventBatcher();
const memberId = at.get("member") ?? "";
const { recommendation } = await client.recommendations.recommendItems({ memberId, surface: "news", count: 5 });
for (const { itemId, rank } of recommendation?.items ?? []) {
  const link = document.body.appendChild(document.createElement("a"));
  Object.assign(link, { textContent: itemId, href: `#${itemId}`, className: "item" });
  link.onclick = () => events.add({ memberId, itemId, verb: "open", surface: "news", position: rank });
}
