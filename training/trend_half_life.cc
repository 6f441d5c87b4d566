// Streaming a log in order of time.
#include "training/trend_half_life.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include "training/ranked_list.h"

namespace cofilter::training {
namespace {

constexpr double kMicrosecondsADay = 86'400e6;
constexpr double kForEver = 1e5;
constexpr std::array<double, 10> kHalfLives = {1, 3, 7, 14, 30, 60, 120, 240, 480, kForEver};
constexpr double kStreamedShare = 0.2;
constexpr std::size_t kListLength = 20;
// The list of the moment is made anew this often.
constexpr std::size_t kMoments = 50;

double Days(runtime::Time from, runtime::Time to) {
  return static_cast<double>((to - from).count()) / kMicrosecondsADay;
}

struct TimedItem {
  runtime::Time at;
  std::uint32_t item;
  bool operator<(const TimedItem& other) const {
    return at != other.at ? at < other.at : item < other.item;
  }
};

std::size_t Hits(std::span<const TimedItem> log, std::size_t items, double half_life) {
  const auto begin =
      static_cast<std::size_t>((1 - kStreamedShare) * static_cast<double>(log.size()));
  const std::size_t step = std::max<std::size_t>((log.size() - begin) / kMoments, 1);
  std::vector<float> counts(items, 0.0f);
  std::vector<std::uint32_t> list;
  std::vector<bool> listed(items);
  std::size_t hits = 0, counted = 0;
  runtime::Time moment = log.front().at;
  for (std::size_t at = begin; at < log.size(); at += step) {
    const auto fade = static_cast<float>(std::exp2(-Days(moment, log[at].at) / half_life));
    for (float& count : counts) count *= fade;
    moment = log[at].at;
    for (; counted < at; ++counted) {
      counts[log[counted].item] +=
          static_cast<float>(std::exp2(-Days(log[counted].at, moment) / half_life));
    }
    TopRows(counts, kListLength, &list);
    std::fill(listed.begin(), listed.end(), false);
    for (const std::uint32_t row : list) listed[row] = true;
    for (std::size_t next = at; next < std::min(at + step, log.size()); ++next) {
      if (listed[log[next].item]) ++hits;
    }
  }
  return hits;
}

}  // namespace

std::vector<float> DecayedCounts(const data::Dataset& dataset, runtime::Time moment,
                                 double half_life_days) {
  std::vector<double> sums(dataset.items());
  for (const data::Interaction& interaction : dataset.interactions) {
    if (interaction.at > moment) continue;
    sums[interaction.item] += std::exp2(-Days(interaction.at, moment) / half_life_days);
  }
  return {sums.begin(), sums.end()};
}

std::vector<float> CountsUntil(const data::Dataset& dataset, runtime::Time moment) {
  std::vector<float> counts(dataset.items());
  for (const data::Interaction& interaction : dataset.interactions) {
    if (interaction.at <= moment) ++counts[interaction.item];
  }
  return counts;
}

runtime::Time MomentAt(const data::Dataset& dataset, double share) {
  std::vector<runtime::Time> times;
  times.reserve(dataset.interactions.size());
  for (const data::Interaction& interaction : dataset.interactions) times.push_back(interaction.at);
  if (times.empty()) return {};
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), times.begin() + place, times.end());
  return times[static_cast<std::size_t>(place)];
}

double FitTrendHalfLife(const data::Dataset& dataset, runtime::ThreadPool* pool) {
  if (dataset.interactions.empty()) return kForEver;
  std::vector<TimedItem> log;
  log.reserve(dataset.interactions.size());
  for (const data::Interaction& interaction : dataset.interactions) {
    log.push_back({interaction.at, interaction.item});
  }
  std::sort(log.begin(), log.end());
  std::array<std::size_t, kHalfLives.size()> hits{};
  pool->ParallelFor(kHalfLives.size(), 1, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t h = begin; h < end; ++h) hits[h] = Hits(log, dataset.items(), kHalfLives[h]);
  });
  std::size_t best = 0;
  for (std::size_t h = 1; h < hits.size(); ++h) {
    if (hits[h] >= hits[best]) best = h;
  }
  return kHalfLives[best];
}

}  // namespace cofilter::training
