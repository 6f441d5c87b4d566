// Picks the largest contributions.
#include "service/recommend/explain.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace cofilter::service {
namespace {

std::string IdOf(const OperatorBinding& binding, const Catalogue& catalogue,
                 const FoldedMember& member, std::size_t entry) {
  if (member.items[entry] == 0) {  // the operator knows it, the store does not
    const auto& owners = member.folded.owners;
    const auto at = std::lower_bound(owners.begin(), owners.end(), entry) - owners.begin();
    return std::string(
        binding.op->item_id(member.folded.entries[static_cast<std::size_t>(at)].row));
  }
  return std::string(catalogue.keys().IdOf(member.items[entry]));
}

void SetReasons(const OperatorBinding& binding, const Catalogue& catalogue,
                const FoldedMember& member, std::span<const double> contributions,
                std::uint32_t max_reasons, const Candidate& candidate, RecommendedItem& item) {
  std::vector<std::uint32_t> order(contributions.size());
  std::iota(order.begin(), order.end(), 0u);
  const std::size_t kept =
      candidate.reason_scale == 0 ? 0 : std::min<std::size_t>(max_reasons, order.size());
  // Ties go to the later read: entries stand latest first.
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](std::uint32_t a, std::uint32_t b) {
                      const double left = std::abs(contributions[a]);
                      const double right = std::abs(contributions[b]);
                      return left != right ? left > right : a < b;
                    });
  double named = 0;
  for (std::size_t i = 0; i < kept; ++i) {
    const std::uint32_t entry = order[i];
    if (contributions[entry] == 0) break;
    const double contribution = candidate.reason_scale * contributions[entry];
    item.reasons.push_back(
        {member.items[entry], IdOf(binding, catalogue, member, entry), contribution});
    named += contribution;
  }
  item.remainder = candidate.base - named;
}

}  // namespace

void Explain(const OperatorBinding& binding, const Catalogue& catalogue, const FoldedMember& member,
             int notch, std::uint32_t max_reasons, std::span<const Candidate> candidates,
             std::span<RecommendedItem> items) {
  std::vector<std::uint32_t> rows;
  for (const Candidate& candidate : candidates) {
    if (candidate.base_line == LineKind::kOperator) rows.push_back(candidate.row);
  }
  std::vector<double> contributions;
  if (max_reasons > 0) binding.op->Contributions(member.folded, notch, rows, &contributions);
  std::vector<double> foreign;
  const std::size_t entries = member.items.size();
  std::size_t row = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    if (!candidate.IsPersonal()) continue;
    if (max_reasons == 0) {
      items[i].remainder = candidate.base;
    } else if (candidate.base_line == LineKind::kOperator) {
      SetReasons(binding, catalogue, member,
                 std::span(contributions).subspan(row++ * entries, entries), max_reasons, candidate,
                 items[i]);
    } else {
      binding.op->ForeignContributions(member.folded, notch, *binding.overlay.Find(candidate.key),
                                       &foreign);
      SetReasons(binding, catalogue, member, foreign, max_reasons, candidate, items[i]);
    }
  }
}

}  // namespace cofilter::service
