// Resampling members.
#include "training/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

struct Sums {
  std::array<double, kMeasures> values{};
  std::array<std::size_t, kMeasures> counts{};

  void Add(const MeasureRow& row) {
    for (std::size_t k = 0; k < kMeasures; ++k) {
      const bool defined = !std::isnan(row[k]);
      values[k] += defined ? static_cast<double>(row[k]) : 0.0;
      counts[k] += defined;
    }
  }
  double Mean(std::size_t k) const {
    return counts[k] == 0 ? 0.0 : values[k] / static_cast<double>(counts[k]);
  }
};

}  // namespace

std::array<Interval, kMeasures> BootstrapMeans(std::span<const MeasureRow> members,
                                               std::size_t resamples, std::uint64_t seed,
                                               runtime::ThreadPool* pool) {
  Sums all;
  for (const MeasureRow& row : members) all.Add(row);
  std::vector<Sums> resampled(members.empty() ? 0 : resamples);
  pool->ParallelFor(resampled.size(), 8, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      SeededRandom random(SeededRandom(seed + r).Next());
      for (std::size_t draw = 0; draw < members.size(); ++draw) {
        resampled[r].Add(members[random.Below(members.size())]);
      }
    }
  });
  std::array<Interval, kMeasures> intervals;
  std::vector<double> means;
  for (std::size_t k = 0; k < kMeasures; ++k) {
    intervals[k] = {all.Mean(k), all.Mean(k), all.Mean(k), all.counts[k]};
    means.clear();
    for (const Sums& sums : resampled) {
      if (sums.counts[k] > 0) means.push_back(sums.Mean(k));
    }
    if (means.empty()) continue;
    std::sort(means.begin(), means.end());
    const auto last = static_cast<double>(means.size() - 1);
    intervals[k].low = means[static_cast<std::size_t>(std::lround(0.025 * last))];
    intervals[k].high = means[static_cast<std::size_t>(std::lround(0.975 * last))];
  }
  return intervals;
}

}  // namespace cofilter::training
