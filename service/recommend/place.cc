// From candidates to the items of a list.
#include "service/recommend/place.h"

#include <array>
#include <utility>

namespace cofilter::service {
namespace {

using models::NewsTerm;

// The operator's term is the base line, and what freshness takes off it.
void AddLines(const models::NewsTermValues& terms, std::vector<ScoreLine>& lines) {
  constexpr std::array<std::pair<NewsTerm, LineKind>, 5> kLines = {{
      {NewsTerm::kClickRate, LineKind::kClickRate},
      {NewsTerm::kClicks, LineKind::kClicks},
      {NewsTerm::kPlacement, LineKind::kPlacement},
      {NewsTerm::kExposure, LineKind::kExposure},
      {NewsTerm::kContent, LineKind::kContentMatch},
  }};
  for (const auto& [term, kind] : kLines) {
    const double value = terms[static_cast<std::size_t>(term)];
    if (value != 0) lines.push_back({kind, value});
  }
}

}  // namespace

std::vector<RecommendedItem> Place(const RuleSet&, const Catalogue& catalogue,
                                   const std::vector<Candidate>& candidates,
                                   std::span<const models::NewsTermValues> lines,
                                   std::uint32_t first_rank, StageTrace& trace) {
  trace.in = static_cast<std::uint32_t>(candidates.size());
  std::vector<RecommendedItem> items;
  items.reserve(candidates.size());
  // Items lie apart from each other: all are asked for before the first is waited for.
  for (const Candidate& candidate : candidates)
    __builtin_prefetch(&catalogue.Find(candidate.key)->item);
  for (const Candidate& candidate : candidates) {
    RecommendedItem& item = items.emplace_back();
    item.key = candidate.key;
    item.item_id = catalogue.Find(candidate.key)->item.item_id;
    item.rank = first_rank++;
    item.score = candidate.score;
    item.source = candidate.source;
    if (candidate.base_line != LineKind::kUnspecified)
      item.lines.push_back({candidate.base_line, candidate.base});
    if (candidate.trend != 0) item.lines.push_back({LineKind::kTrending, candidate.trend});
    if (candidate.prior != 0) item.lines.push_back({LineKind::kPopularity, candidate.prior});
    if (candidate.freshness != 0) item.lines.push_back({LineKind::kFreshness, candidate.freshness});
    if (candidate.lines != Candidate::kNoLines) AddLines(lines[candidate.lines], item.lines);
    if (candidate.diversity != 0) item.lines.push_back({LineKind::kDiversity, candidate.diversity});
  }
  trace.out = static_cast<std::uint32_t>(items.size());
  return items;
}

}  // namespace cofilter::service
