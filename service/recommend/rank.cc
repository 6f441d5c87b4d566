// Scores rows in one batch, and overlay items by their embeddings.
#include "service/recommend/rank.h"

#include <cmath>

#include "service/recommend/rerank.h"

namespace cofilter::service {

void Rank(const OperatorBinding& binding, const FoldedMember& member, int notch,
          std::span<const ItemKey> openers, const RankOrder& order, RetrievalMemory& memory,
          std::vector<Candidate>& candidates, StageTrace& trace) {
  const std::size_t retrieved = candidates.size();
  for (const ItemKey key : openers) {
    Candidate candidate;
    candidate.key = key;
    candidate.row = binding.rows.RowOf(key);
    candidates.push_back(candidate);
  }
  trace.in = static_cast<std::uint32_t>(candidates.size());

  memory.row_numbers.clear();
  memory.freshness.clear();
  for (const Candidate& candidate : candidates) {
    if (candidate.row == kNoRow) continue;
    memory.row_numbers.push_back(candidate.row);
    memory.freshness.push_back(
        Freshness(*order.surface, *order.catalogue, order.now, candidate.key));
  }
  binding.op->ScoreBest(member.folded, notch, memory.row_numbers, memory.freshness, order.count,
                        memory.scratch.get(), &memory.scores);

  std::size_t row = 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate candidate = candidates[i];
    if (candidate.row != kNoRow) {
      const models::RowScore& score = memory.scores[row++];
      if (!score.exact) {
        CountDrop(trace, DropReason::kRank);
        continue;
      }
      if (score.personal() == 0 && score.prior > 0) {
        // Nothing personal leads there, so no personal line says so.
        candidate.base_line = LineKind::kPopularity;
        candidate.base = score.prior;
        candidate.source = Source::kPopular;
      } else {
        candidate.base_line = LineKind::kOperator;
        candidate.base = score.personal();
        candidate.trend = score.trend;
        candidate.prior = score.prior;
        candidate.source =
            std::abs(score.global) > std::abs(score.lists) ? Source::kGlobal : Source::kNeighbours;
      }
    } else {
      candidate.base_line = LineKind::kContent;
      const models::ForeignItem* const item = binding.overlay.Find(candidate.key);
      if (item == nullptr) {
        candidate.base = 0;
      } else if (item->related() && i < retrieved) {
        candidate.base *= binding.op->RelatedScale(notch);  // retrieval's product is exact
      } else {
        candidate.base = binding.op->ScoreForeign(member.folded, notch, *item);
      }
      candidate.source = Source::kContent;
    }
    candidate.score = candidate.base + candidate.trend + candidate.prior;
    if (candidate.score > 0 || (i >= retrieved && candidate.score == 0)) {
      candidates[kept++] = candidate;
    } else {
      CountDrop(trace, DropReason::kRank);
    }
  }
  candidates.resize(kept);
  trace.out = static_cast<std::uint32_t>(kept);
}

}  // namespace cofilter::service
