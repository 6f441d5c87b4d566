// Names the largest contributions.
#include "service/recommend/explain.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace cofilter::service {
namespace {

// The ids of the history's items, each looked up when it is first named: a list names the same few
// again and again.
class HistoryIds {
 public:
  HistoryIds(const OperatorBinding& binding, const Catalogue& catalogue, const FoldedMember& member)
      : binding_(binding), catalogue_(catalogue), member_(member), ids_(member.items.size()) {}

  std::string_view Of(std::size_t place) {
    std::string_view& id = ids_[place];
    if (id.empty()) id = Find(place);
    return id;
  }

 private:
  std::string_view Find(std::size_t place) const {
    if (member_.items[place] != 0) return catalogue_.keys().IdOf(member_.items[place]);
    // The operator knows it, the store does not.
    const auto& owners = member_.folded.owners;
    const auto at = std::lower_bound(owners.begin(), owners.end(), place) - owners.begin();
    return binding_.op->item_id(member_.folded.entries[static_cast<std::size_t>(at)].row);
  }

  const OperatorBinding& binding_;
  const Catalogue& catalogue_;
  const FoldedMember& member_;
  std::vector<std::string_view> ids_;
};

// Takes the largest contributions, by falling magnitude.
void SetReasons(const FoldedMember& member, std::span<const models::Contribution> largest,
                const Candidate& candidate, HistoryIds& ids, RecommendedItem& item) {
  double named = 0;
  if (candidate.reason_scale != 0) {
    for (const models::Contribution& part : largest) {
      if (part.value == 0) break;
      const double contribution = candidate.reason_scale * part.value;
      item.reasons.push_back(
          {member.items[part.owner], std::string(ids.Of(part.owner)), contribution});
      named += contribution;
    }
  }
  item.remainder = candidate.base - named;
}

// Of an overlay item.
std::vector<models::Contribution> LargestForeign(const OperatorBinding& binding,
                                                 const FoldedMember& member, int notch, ItemKey key,
                                                 std::size_t count) {
  std::vector<double> parts;
  binding.op->ForeignContributions(member.folded, notch, *binding.overlay.Find(key), &parts);
  std::vector<models::Contribution> largest;
  largest.reserve(parts.size());
  for (const double part : parts) {
    largest.push_back({static_cast<std::uint32_t>(largest.size()), part});
  }
  models::KeepLargest(count, &largest);
  return largest;
}

}  // namespace

void Explain(const OperatorBinding& binding, const Catalogue& catalogue, const FoldedMember& member,
             int notch, std::uint32_t max_reasons, models::RetrievalScratch* scratch,
             std::span<const Candidate> candidates, std::span<RecommendedItem> items) {
  std::vector<std::uint32_t> rows;
  for (const Candidate& candidate : candidates) {
    if (candidate.base_line == LineKind::kOperator) rows.push_back(candidate.row);
  }
  std::vector<models::Contribution> largest;
  binding.op->TopContributions(member.folded, notch, rows, max_reasons, scratch, &largest);
  HistoryIds ids(binding, catalogue, member);
  std::size_t row = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    if (!candidate.IsPersonal()) continue;
    if (max_reasons == 0) {
      items[i].remainder = candidate.base;
    } else if (candidate.base_line == LineKind::kOperator) {
      SetReasons(member, std::span(largest).subspan(max_reasons * row++, max_reasons), candidate,
                 ids, items[i]);
    } else {
      SetReasons(member, LargestForeign(binding, member, notch, candidate.key, max_reasons),
                 candidate, ids, items[i]);
    }
  }
}

}  // namespace cofilter::service
