// Selection without a heap: count, bisect, compact; a radix sort at the end.
#include "models/top_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

namespace cofilter::models {
namespace {

// Unsigned keys in the order of the floats; −0 stands just below 0.
std::uint32_t KeyOf(float score) {
  const auto bits = std::bit_cast<std::uint32_t>(score);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

float ScoreOf(std::uint32_t key) {
  return std::bit_cast<float>(key & 0x80000000u ? key & 0x7fffffffu : ~key);
}

}  // namespace

void TopRows::Scan(const kernels::Kernels& kernels, const kernels::ScanInput& input, float floor,
                   std::size_t count) {
  size_ = 0;
  // No more rows than there are can be wanted; and four times as many as wanted make cuts rare.
  count = std::min(count, input.groups * kernels::kGroupRows);
  if (count == 0) return;
  const std::size_t limit = 4 * count + kernels::kGroupRows;
  const std::size_t room = limit + kernels::kGroupRows + 16;
  if (scores_.size() < room) {
    scores_.resize(room);
    rows_.resize(room);
  }
  kernels::ScanOutput output;
  output.scores = scores_.data();
  output.rows = rows_.data();
  output.limit = limit;
  output.threshold = floor;
  while (true) {
    kernels.scan(input, &output);
    size_ = output.size;
    if (output.next_group == input.groups) break;
    output.threshold = CutBack(kernels, count, count + count / 4, output.threshold);
    output.size = size_;
  }
  if (size_ > count) CutBack(kernels, count, count, output.threshold);
  Sort();
}

float TopRows::CutBack(const kernels::Kernels& kernels, std::size_t count, std::size_t most,
                       float floor) {
  // All scores lie above `low` (ties that an earlier cut kept lie at the floor), fewer than `count`
  // above `high`.
  std::uint32_t low = KeyOf(floor) - 1;
  std::uint32_t high = KeyOf(std::numeric_limits<float>::infinity());
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    const std::size_t above = kernels.count_above(scores_.data(), size_, ScoreOf(middle));
    if (above >= count && above <= most) {
      size_ = kernels.keep_above(scores_.data(), rows_.data(), size_, ScoreOf(middle));
      return ScoreOf(middle);
    }
    (above > most ? low : high) = middle;
  }
  // Many rows share the score `high`: the lowest of them fill up, and later ones, being higher,
  // lose the tie.
  const float tie = ScoreOf(high);
  std::size_t ties = count - kernels.count_above(scores_.data(), size_, tie);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const bool takes_tie = scores_[i] == tie && ties > 0;
    if (scores_[i] <= tie && !takes_tie) continue;
    ties -= takes_tie;
    scores_[kept] = scores_[i];
    rows_[kept] = rows_[i];
    ++kept;
  }
  size_ = kept;
  return tie;
}

// By falling score; stable, and the rows come in rising order, so ties fall to the lower row.
void TopRows::Sort() {
  constexpr int kDigits = 4;
  std::array<std::array<std::uint32_t, 256>, kDigits> starts{};
  if (sorting_.size() < size_) {
    sorting_.resize(size_);
    sorted_.resize(size_);
  }
  for (std::size_t i = 0; i < size_; ++i) {
    const std::uint32_t key = ~KeyOf(scores_[i]);
    sorting_[i] = (std::uint64_t{key} << 32) | rows_[i];
    for (int digit = 0; digit < kDigits; ++digit) ++starts[digit][(key >> (8 * digit)) & 255];
  }
  for (int digit = 0; digit < kDigits; ++digit) {
    std::uint32_t next = 0;
    bool single = false;
    for (std::uint32_t& start : starts[digit]) {
      single |= start == size_;
      next += std::exchange(start, next);
    }
    if (single) continue;
    for (std::size_t i = 0; i < size_; ++i) {
      const std::uint64_t pair = sorting_[i];
      sorted_[starts[digit][(pair >> (32 + 8 * digit)) & 255]++] = pair;
    }
    sorting_.swap(sorted_);
  }
  for (std::size_t i = 0; i < size_; ++i) {
    scores_[i] = ScoreOf(~static_cast<std::uint32_t>(sorting_[i] >> 32));
    rows_[i] = static_cast<std::uint32_t>(sorting_[i]);
  }
}

}  // namespace cofilter::models
