// Terms from counters, operator and texts; their scales over the pool; lines.
#include "service/recommend/news_rank.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofilter::service {
namespace {

constexpr double kLeastScore = 1e-3;
constexpr double kMicrosAnHour = 3600e6;

using models::NewsTerm;

constexpr std::size_t At(NewsTerm term) { return static_cast<std::size_t>(term); }

// The operator's score of every candidate, in their order; sets base_line where it has one.
void ScoreByOperator(const OperatorBinding& binding, const FoldedMember& member, int notch,
                     RetrievalMemory& retrieval, std::vector<double>& scores,
                     std::vector<Candidate>& candidates) {
  scores.assign(candidates.size(), 0);
  if (member.empty()) return;
  retrieval.row_numbers.clear();
  for (const Candidate& candidate : candidates) {
    if (candidate.row != kNoRow) retrieval.row_numbers.push_back(candidate.row);
  }
  binding.op->Score(member.folded, notch, retrieval.row_numbers, retrieval.scratch.get(),
                    &retrieval.scores);
  std::size_t row = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& candidate = candidates[i];
    if (candidate.row != kNoRow) {
      const models::RowScore& score = retrieval.scores[row++];
      scores[i] = score.personal();
      candidate.base_line = LineKind::kOperator;
      if (candidate.source == Source::kUnspecified) {
        candidate.source =
            std::abs(score.global) > std::abs(score.lists) ? Source::kGlobal : Source::kNeighbours;
      }
    } else if (const models::ForeignItem* foreign = binding.overlay.Find(candidate.key);
               foreign != nullptr) {
      scores[i] = binding.op->ScoreForeign(member.folded, notch, *foreign);
      candidate.base_line = LineKind::kContent;
      if (candidate.source == Source::kUnspecified) candidate.source = Source::kContent;
    }
  }
}

// The history's mean profile: what somebody reads about changes slowly, so an old read says as much
// as the last one.
void SumProfile(const OperatorBinding& binding, const FoldedMember& member,
                models::ProfileSum& sum) {
  sum.Clear();
  const float share = 1 / static_cast<float>(member.items.size());
  for (const ItemKey item : member.items) sum.Add(binding.profiles.Of(item), share);
}

double AgeHours(const ItemTraits& traits, runtime::Time now) {
  if (!traits.Has(ItemTraits::kHasPublishedAt)) return 0;
  return std::max(0.0, static_cast<double>((now - traits.visible_from).count()) / kMicrosAnHour);
}

}  // namespace

void RetrieveNow(const Snapshot& snapshot, const SurfaceView& surface,
                 std::span<const TrendShare> in_unit, runtime::Time now, Marks& marks,
                 std::vector<Candidate>& candidates, StageTrace& trace) {
  // Of the newest: what exploration may pick that nobody has clicked yet.
  constexpr std::size_t kNewest = 100;
  constexpr std::size_t kInUnit = 100;
  const auto add = [&](ItemKey key, Source source) {
    if (marks.Has(key, Marks::kCandidate)) return;
    if (!snapshot.catalogue.Traits(key).Has(ItemTraits::kKnown)) return;
    marks.Add(key, Marks::kCandidate);
    Candidate& candidate = candidates.emplace_back();
    candidate.key = key;
    candidate.row = surface.binding->rows.RowOf(key);
    candidate.source = source;
    ++trace.in;
    ++trace.out;
  };
  const std::uint32_t sources = surface.config->sources;
  std::size_t of_unit = 0;
  for (const TrendShare& item : in_unit) {
    if (!item.of_unit) continue;
    if (++of_unit > kInUnit) break;
    add(item.item, Source::kPopularInUnit);
  }
  if (HasSource(sources, Source::kTrending)) {
    const auto pool = snapshot.counters->Live(surface.config->name).Pool(now);
    for (const ItemKey key : *pool) add(key, Source::kTrending);
  }
  if (!(surface.config->exploration > 0) || !HasSource(sources, Source::kNewest)) return;
  for (std::size_t n = 0; n < std::min(kNewest, surface.newest.size()); ++n) {
    add(surface.newest[n], Source::kNewest);
  }
}

void RankNews(const Snapshot& snapshot, const SurfaceView& surface, const FoldedMember& member,
              std::span<const TrendShare> in_unit, int notch, runtime::Time now, NewsPool pool,
              RetrievalMemory& retrieval, NewsMemory& memory, std::vector<Candidate>& candidates,
              StageTrace& trace) {
  const OperatorBinding& binding = *surface.binding;
  const models::NewsRankerParameters& ranker = *binding.op->parameters().ranker;
  trace.in = trace.out = static_cast<std::uint32_t>(candidates.size());
  ScoreByOperator(binding, member, notch, retrieval, memory.scores, candidates);
  SumProfile(binding, member, memory.profile);
  memory.keys.clear();
  for (const Candidate& candidate : candidates) memory.keys.push_back(candidate.key);
  snapshot.counters->Live(surface.config->name).Read(memory.keys, now, &memory.counts);

  memory.terms.clear();
  memory.news_counts.clear();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& candidate = candidates[i];
    const models::NewsCounts counts = models::NewsCountsOf(ranker, memory.counts[i]);
    const double left =
        models::NewsFreshness(ranker, AgeHours(snapshot.catalogue.Traits(candidate.key), now));
    candidate.freshness = left - 1;  // its share, until the scale is known
    memory.news_counts.push_back(counts);
    memory.terms.push_back(models::NewsTermsOf(
        ranker, counts, memory.scores[i] * left,
        member.empty() ? 0 : memory.profile.Dot(binding.profiles.Of(candidate.key))));
  }
  const models::NewsTermValues scales = models::NewsScales(
      memory.terms, pool == NewsPool::kGiven ? ranker.given_weights : ranker.pool_weights);
  memory.lifts.clear();
  double unclicked = 0;  // ln of the lift of what nobody in the unit has clicked: the least
  if (member.empty()) {
    for (const TrendShare& item : in_unit) {
      unclicked = std::min(unclicked, std::log(item.lift));
      memory.lifts.emplace(item.item, std::log(item.lift));
    }
  }

  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& candidate = candidates[i];
    models::NewsTermValues& lines = memory.terms[i];
    for (std::size_t t = 0; t < models::kNewsTerms; ++t) lines[t] *= scales[t];
    candidate.lines = static_cast<std::uint32_t>(i);
    candidate.reason_scale =
        scales[At(NewsTerm::kOperator)] / models::NewsOperatorDivisor(memory.news_counts[i]);
    candidate.base = candidate.reason_scale * memory.scores[i];
    candidate.freshness *= candidate.base;
    candidate.score = candidate.base + candidate.freshness;
    for (std::size_t t = 0; t < models::kNewsTerms; ++t) {
      if (t != At(NewsTerm::kOperator)) candidate.score += lines[t];
    }
    if (!memory.lifts.empty()) {
      const auto lift = memory.lifts.find(candidate.key);
      candidate.trend = scales[At(NewsTerm::kClickRate)] *
                        (lift == memory.lifts.end() ? unclicked : lift->second);
      candidate.score += candidate.trend;
    }
    if (candidate.source == Source::kUnspecified) candidate.source = Source::kTrending;
    least = std::min(least, candidate.score);
  }
  for (Candidate& candidate : candidates) {
    memory.terms[candidate.lines][At(NewsTerm::kClickRate)] += kLeastScore - least;
    candidate.score += kLeastScore - least;
  }
}

}  // namespace cofilter::service
