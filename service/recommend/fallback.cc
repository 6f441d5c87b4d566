// Walks the rungs.
#include "service/recommend/fallback.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/recommend/unit_trend.h"

namespace cofilter::service {
namespace {

struct Rung {
  std::function<Source(ItemKey)> source;
  LineKind line;
  // Of an item that is filled in by this rung.
  std::function<double(ItemKey)> score;
};

class Filler {
 public:
  Filler(const FilterContext& context, std::size_t count, Marks& marks,
         std::vector<Candidate>& candidates, StageTrace& trace)
      : context_(context), count_(count), marks_(marks), candidates_(candidates), trace_(trace) {}

  bool full() const { return candidates_.size() >= count_; }

  // The next item in the rung's own order.
  void Offer(const Rung& rung, ItemKey key) {
    if (full() || marks_.Has(key, Marks::kCandidate)) return;
    if (!context_.catalogue->Traits(key).Has(ItemTraits::kKnown)) return;
    ++trace_.in;
    DropReason reason = FirstDrop(context_, key);
    if (reason == DropReason::kUnspecified && HasOpenPrerequisites(context_, key)) {
      reason = DropReason::kPrerequisite;
      const ItemKey opener = FirstOpenPrerequisite(context_, key);
      if (opener != 0 && !marks_.Has(opener, Marks::kCandidate)) {
        marks_.Add(opener, Marks::kCandidate);
        Append(rung, opener);
        ++trace_.in;
      }
    }
    if (reason != DropReason::kUnspecified) return CountDrop(trace_, reason);
    marks_.Add(key, Marks::kCandidate);
    Append(rung, key);
  }

  // Ends a rung: openers may have come out of order.
  void Close(std::size_t first) {
    std::stable_sort(candidates_.begin() + static_cast<std::ptrdiff_t>(first), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  }

 private:
  void Append(const Rung& rung, ItemKey key) {
    Candidate candidate;
    candidate.key = key;
    candidate.source = rung.source(key);
    candidate.base_line = rung.line;
    candidate.base = candidate.score = rung.score(key);
    candidates_.push_back(candidate);
    ++trace_.out;
  }

  const FilterContext& context_;
  const std::size_t count_;
  Marks& marks_;
  std::vector<Candidate>& candidates_;
  StageTrace& trace_;
};

template <typename Keys, typename KeyOf>
void Climb(Filler& filler, const Rung& rung, std::size_t first, const Keys& keys, KeyOf key_of) {
  if (filler.full()) return;
  for (const auto& entry : keys) {
    if (filler.full()) break;
    filler.Offer(rung, key_of(entry));
  }
  filler.Close(first);
}

}  // namespace

double TrendingScore(double share) {
  constexpr double kUsualShare = 1e-3;  // in the middle of the range
  return share / (kUsualShare + share) - 1;
}
double PopularScore(double trend) { return trend / (1 + trend) - 2; }
double NewestScore(runtime::Time visible_from, runtime::Time now) {
  // Halves in a month; the age of what has no time is that of the epoch at least.
  constexpr double kHalfLifeMicros = 30 * 86'400e6;
  const double age = static_cast<double>(now.time_since_epoch().count()) -
                     static_cast<double>(visible_from.time_since_epoch().count());
  return std::exp2(-std::max(0.0, age) / kHalfLifeMicros) - 3;
}

void FillFromRungs(const Snapshot& snapshot, const SurfaceView& surface,
                   const FilterContext& context, std::string_view unit, std::size_t count,
                   Marks& marks, std::vector<Candidate>& candidates, StageTrace& trace) {
  Filler filler(context, count, marks, candidates, trace);
  const std::string& name = surface.config->name;
  const std::uint32_t sources = surface.config->sources;
  const auto always = [](Source source) { return [source](ItemKey) { return source; }; };
  const bool in_unit = HasSource(sources, Source::kPopularInUnit);
  const bool trending = HasSource(sources, Source::kTrending);
  if (in_unit || trending) {
    std::vector<TrendShare> trend = TrendInUnit(*snapshot.counters, name, in_unit ? unit : "");
    if (!trending) std::erase_if(trend, [](const TrendShare& item) { return !item.of_unit; });
    std::unordered_map<ItemKey, const TrendShare*> shares;
    for (const TrendShare& item : trend) shares.emplace(item.item, &item);
    // What must come first may not trend itself: it is there for the sake of what does.
    const Rung rung{[&](ItemKey key) {
                      const auto found = shares.find(key);
                      const bool of_unit =
                          found == shares.end() ? !trending : found->second->of_unit;
                      return of_unit ? Source::kPopularInUnit : Source::kTrending;
                    },
                    LineKind::kTrending,
                    [&](ItemKey key) {
                      const auto found = shares.find(key);
                      return TrendingScore(found == shares.end() ? 0 : found->second->share);
                    }};
    Climb(filler, rung, candidates.size(), trend, [](const TrendShare& item) { return item.item; });
  }
  if (surface.binding != nullptr && HasSource(sources, Source::kPopular)) {
    const OperatorBinding& binding = *surface.binding;
    const Rung rung{always(Source::kPopular), LineKind::kPopularity, [&](ItemKey key) {
                      const std::uint32_t row = binding.rows.RowOf(key);
                      return PopularScore(row == kNoRow ? 0 : binding.op->trend(row));
                    }};
    // What nobody has touched is not popular; it comes with the newest.
    const std::span<const std::uint32_t> rows = binding.op->rows_by_trend();
    const auto end = std::partition_point(
        rows.begin(), rows.end(), [&](std::uint32_t row) { return binding.op->trend(row) > 0; });
    Climb(filler, rung, candidates.size(), std::span(rows.begin(), end),
          [&](std::uint32_t row) { return binding.rows.KeyOf(row); });
  }
  if (!HasSource(sources, Source::kNewest)) return;
  const Rung rung{always(Source::kNewest), LineKind::kRecency, [&](ItemKey key) {
                    return NewestScore(context.catalogue->Traits(key).visible_from, context.now);
                  }};
  std::vector<ItemKey> given;
  if (context.only_given) {
    for (const ItemKey key : marks.marked()) {
      if (marks.Has(key, Marks::kGiven)) given.push_back(key);
    }
  }
  Climb(filler, rung, candidates.size(), context.only_given ? given : surface.newest,
        [](ItemKey key) { return key; });
}

Level LevelOf(const std::vector<Candidate>& candidates, bool quick) {
  if (candidates.empty()) return Level::kEmpty;
  // Popularity may stand above what the member's own history says, while that is little.
  const bool personal = std::any_of(candidates.begin(), candidates.end(),
                                    [](const Candidate& each) { return each.IsPersonal(); });
  if (personal) return quick ? Level::kPersonalisedQuick : Level::kPersonalised;
  switch (candidates.front().source) {
    case Source::kPopularInUnit:
    case Source::kTrending:
      return Level::kTrending;
    case Source::kPopular:
      return Level::kPopular;
    case Source::kNewest:
      return Level::kNewest;
    default:
      return quick ? Level::kPersonalisedQuick : Level::kPersonalised;
  }
}

}  // namespace cofilter::service
