// version, header, revisions, then each item with its lines and reasons: in the order of the
// functions below.
#include "service/recommend/receipt.h"

#include "absl/strings/str_cat.h"
#include "service/recommend/byte_record.h"

namespace cofilter::service {
namespace {

constexpr std::uint8_t kVersion = 1;
// The smallest item: key, id, rank, score, source, no line, no reason, remainder, no rule.
constexpr std::size_t kMinItemBytes = 23;

enum Flag : std::uint8_t { kSeenExcluded = 1, kPersonalisedOff = 2 };

void WriteItem(const RecommendedItem& item, ByteWriter& out) {
  out.Count(item.key);
  out.Text(item.item_id);
  out.Count(item.rank);
  out.Real(item.score);
  out.Byte(static_cast<std::uint8_t>(item.source));
  out.Count(item.lines.size());
  for (const ScoreLine& line : item.lines) {
    out.Byte(static_cast<std::uint8_t>(line.kind));
    out.Real(line.value);
  }
  out.Count(item.reasons.size());
  for (const Reason& reason : item.reasons) {
    out.Count(reason.item);
    out.Text(reason.item_id);
    out.Real(reason.contribution);
  }
  out.Real(item.remainder);
  out.Text(item.rule_id);
}

void ReadItem(ByteReader& in, RecommendedItem& item) {
  item.key = static_cast<ItemKey>(in.Count());
  item.item_id = in.Text();
  item.rank = static_cast<std::uint32_t>(in.Count());
  item.score = in.Real();
  item.source = static_cast<Source>(in.Byte());
  for (std::uint64_t lines = in.Count(); lines > 0 && in.ok(); --lines) {
    ScoreLine& line = item.lines.emplace_back();
    line.kind = static_cast<LineKind>(in.Byte());
    line.value = in.Real();
  }
  for (std::uint64_t reasons = in.Count(); reasons > 0 && in.ok(); --reasons) {
    Reason& reason = item.reasons.emplace_back();
    reason.item = static_cast<ItemKey>(in.Count());
    reason.item_id = in.Text();
    reason.contribution = in.Real();
  }
  item.remainder = in.Real();
  item.rule_id = in.Text();
}

}  // namespace

std::string SerialiseReceipt(const Receipt& receipt) {
  const Recommendation& list = receipt.list;
  ByteWriter out;
  out.Byte(kVersion);
  out.Text(list.recommendation_id);
  out.Text(receipt.organisation);
  out.Text(receipt.member_id);
  out.Text(receipt.similar_to);
  out.Text(receipt.trace_id);
  out.Count(static_cast<std::uint64_t>(receipt.at.time_since_epoch().count()));
  out.Count(static_cast<std::uint64_t>(receipt.history_cursor));
  out.Text(receipt.variant);
  out.Real(receipt.propensity);
  out.Text(list.surface);
  out.Count(list.revisions.model);
  out.Count(static_cast<std::uint64_t>(list.revisions.catalogue));
  out.Count(static_cast<std::uint64_t>(list.revisions.rules));
  out.Text(list.revisions.configuration);
  out.Byte(static_cast<std::uint8_t>(list.level));
  out.Byte(static_cast<std::uint8_t>((list.seen_items_excluded ? kSeenExcluded : 0) |
                                     (list.personalised_off ? kPersonalisedOff : 0)));
  out.Real(list.dial);
  out.Count(list.unknown_history_items);
  out.Count(list.items.size());
  for (const RecommendedItem& item : list.items) WriteItem(item, out);
  return out.Take();
}

absl::StatusOr<Receipt> ParseReceipt(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint8_t version = in.Byte();
  if (version > kVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the receipt has version ", version, "; this program reads up to ", kVersion));
  }
  Receipt receipt;
  Recommendation& list = receipt.list;
  list.recommendation_id = in.Text();
  receipt.organisation = in.Text();
  receipt.member_id = in.Text();
  receipt.similar_to = in.Text();
  receipt.trace_id = in.Text();
  receipt.at = runtime::Time(runtime::Duration(static_cast<std::int64_t>(in.Count())));
  receipt.history_cursor = static_cast<Sequence>(in.Count());
  receipt.variant = in.Text();
  receipt.propensity = in.Real();
  list.surface = in.Text();
  list.revisions.model = in.Count();
  list.revisions.catalogue = static_cast<Sequence>(in.Count());
  list.revisions.rules = static_cast<Sequence>(in.Count());
  list.revisions.configuration = in.Text();
  list.level = static_cast<Level>(in.Byte());
  const std::uint8_t flags = in.Byte();
  list.seen_items_excluded = (flags & kSeenExcluded) != 0;
  list.personalised_off = (flags & kPersonalisedOff) != 0;
  list.dial = in.Real();
  list.unknown_history_items = static_cast<std::uint32_t>(in.Count());
  const std::uint64_t items = in.Count();
  if (version == 0 || !in.ok() || items > in.left() / kMinItemBytes) {
    return absl::DataLossError("the receipt is cut short or altered");
  }
  list.items.resize(items);
  for (RecommendedItem& item : list.items) ReadItem(in, item);
  if (!in.ok() || in.left() != 0) return absl::DataLossError("the receipt is cut short or altered");
  return receipt;
}

}  // namespace cofilter::service
