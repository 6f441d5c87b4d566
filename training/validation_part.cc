// Cutting each member's history in two.
#include "training/validation_part.h"

#include <algorithm>
#include <cmath>

#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kTinyHistory = 10;
constexpr std::size_t kMostNewcomers = 1000;
constexpr std::uint64_t kNewcomerSeed = 0x6e6577;  // another draw than that of the questions

std::size_t MedianHistory(const data::Dataset& dataset) {
  if (dataset.members() == 0) return 0;
  std::vector<std::size_t> sizes(dataset.members());
  for (std::size_t m = 0; m < sizes.size(); ++m) sizes[m] = dataset.of(m).size();
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  return *middle;
}

std::vector<std::uint32_t> SampleNewcomers(const data::Dataset& dataset, std::uint64_t seed) {
  std::vector<std::uint32_t> askable;
  for (std::uint32_t m = 0; m < dataset.members(); ++m) {
    if (dataset.of(m).size() >= 2) askable.push_back(m);
  }
  std::vector<std::uint32_t> newcomers;
  const std::size_t count = std::min(kMostNewcomers, askable.size() / 10);
  for (const std::uint32_t at : SampleRows(askable.size(), count, seed ^ kNewcomerSeed)) {
    newcomers.push_back(askable[at]);
  }
  return newcomers;
}

}  // namespace

ValidationPart HoldOutValidation(const data::Dataset& dataset, double share, std::uint64_t seed) {
  ValidationPart part;
  part.train = dataset;
  part.train.interactions.clear();
  part.held_out.resize(dataset.members());
  const bool ordered = dataset.order != data::Order::kNone;
  const bool only_last = ordered && MedianHistory(dataset) < kTinyHistory;
  part.newcomers = SampleNewcomers(dataset, seed);
  std::vector<bool> is_new(dataset.members(), false);
  for (const std::uint32_t member : part.newcomers) is_new[member] = true;
  for (std::size_t m = 0; m < dataset.members(); ++m) {
    if (is_new[m]) {
      part.train.offsets[m + 1] = part.train.interactions.size();
      continue;
    }
    const auto history = dataset.of(m);
    std::size_t count = 0;
    if (history.size() >= 2) {
      const auto rounded =
          static_cast<std::size_t>(std::lround(share * static_cast<double>(history.size())));
      count = only_last ? 1 : std::clamp<std::size_t>(rounded, 1, history.size() - 1);
    }
    std::vector<bool> held(history.size(), false);
    if (ordered) {
      std::fill(held.end() - static_cast<std::ptrdiff_t>(count), held.end(), true);
    } else {
      // A seed a member, so that a member's sample does not depend on who comes before.
      for (const std::uint32_t at : SampleRows(
               history.size(), count, SeededRandom(seed ^ (m * 0x9e3779b97f4a7c15u)).Next())) {
        held[at] = true;
      }
    }
    for (std::size_t at = 0; at < history.size(); ++at) {
      if (held[at]) {
        part.held_out[m].push_back(history[at].item);
      } else {
        part.train.interactions.push_back(history[at]);
      }
    }
    std::sort(part.held_out[m].begin(), part.held_out[m].end());
    part.train.offsets[m + 1] = part.train.interactions.size();
  }
  return part;
}

}  // namespace cofilter::training
