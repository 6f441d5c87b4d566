// Forward decay: an event counts 2^((t − landmark) / half-life), so old counts need no touching.
#include "service/snapshot/counter_board.h"

#include <algorithm>
#include <cmath>

namespace cofilter::service {
namespace {

// Past so many half-lives from the landmark it moves, long before a double overflows (at 1023).
constexpr double kLandmarkReach = 200;
// What is left after 40 half-lives is nothing.
constexpr double kNothing = 1e-12;
constexpr std::size_t kAlwaysFresh = 2000;

}  // namespace

CounterBoard::CounterBoard(runtime::Duration half_life, runtime::Time now)
    : half_life_(static_cast<double>(half_life.count())), landmark_(now), ranked_at_(now) {}

double CounterBoard::Scale(runtime::Time at) const {
  return std::exp2(static_cast<double>((at - landmark_).count()) / half_life_);
}

void CounterBoard::MoveLandmark(runtime::Time to) {
  const double factor = 1 / Scale(to);
  landmark_ = to;
  for (auto cell = scaled_.begin(); cell != scaled_.end();) {
    cell->second.clicks *= factor;
    cell->second.impressions *= factor;
    const bool gone = cell->second.clicks < kNothing && cell->second.impressions < kNothing;
    cell = gone ? scaled_.erase(cell) : std::next(cell);
  }
}

void CounterBoard::Add(ItemKey item, double clicks, double impressions, runtime::Time at,
                       runtime::Time now) {
  at = std::min(at, now);
  std::lock_guard lock(mutex_);
  const double half_lives = static_cast<double>((at - landmark_).count()) / half_life_;
  if (half_lives > kLandmarkReach) MoveLandmark(at);
  const double scale = Scale(at);
  if (scale < kNothing * Scale(now)) return;
  DecayedCounts& counts = scaled_[item];
  counts.clicks += clicks * scale;
  counts.impressions += impressions * scale;
  ++changes_;
}

DecayedCounts CounterBoard::Counts(ItemKey item, runtime::Time now) const {
  std::lock_guard lock(mutex_);
  const auto found = scaled_.find(item);
  if (found == scaled_.end()) return {};
  const double scale = Scale(now);
  return {found->second.clicks / scale, found->second.impressions / scale};
}

bool CounterBoard::IsStale(runtime::Time now) const {
  if (ranking_ == nullptr) return true;
  // The clicks shown are those of the moment of the ranking, so an hour's decay makes it anew too.
  if (now - ranked_at_ >= std::chrono::hours(1) || now < ranked_at_) return true;
  if (changes_ == 0) return false;
  return scaled_.size() <= kAlwaysFresh || changes_ >= scaled_.size() / 20 ||
         now - ranked_at_ >= std::chrono::seconds(1);
}

std::shared_ptr<const CounterBoard::Ranking> CounterBoard::Top(runtime::Time now) {
  std::lock_guard lock(mutex_);
  if (!IsStale(now)) return ranking_;
  Ranking ranking;
  ranking.reserve(scaled_.size());
  const double scale = Scale(now);
  for (const auto& [item, counts] : scaled_) {
    if (counts.clicks > kNothing * scale) ranking.push_back({item, counts.clicks / scale});
  }
  const auto better = [](const TrendingItem& a, const TrendingItem& b) {
    return a.clicks != b.clicks ? a.clicks > b.clicks : a.item < b.item;
  };
  const std::size_t kept = std::min(ranking.size(), kRanked);
  std::partial_sort(ranking.begin(), ranking.begin() + static_cast<std::ptrdiff_t>(kept),
                    ranking.end(), better);
  ranking.resize(kept);
  ranking_ = std::make_shared<const Ranking>(std::move(ranking));
  ranked_at_ = now;
  changes_ = 0;
  return ranking_;
}

}  // namespace cofilter::service
