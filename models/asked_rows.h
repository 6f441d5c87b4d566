// Finds the few rows that are asked for in long lists of rows.
#ifndef COFILTER_MODELS_ASKED_ROWS_H_
#define COFILTER_MODELS_ASKED_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cofilter::models {

// One bit a row, so that all of them stay in the first-level cache, and a pass without a branch:
// which of a list's rows are asked for cannot be foretold, and most are not. Not thread-safe.
class AskedRows {
 public:
  // Rows below `padded_rows`, a multiple of 64. To be undone by Forget with the same rows, which
  // costs what they are, not what all rows are.
  void Ask(std::span<const std::uint32_t> rows, std::size_t padded_rows) {
    if (words_.size() < padded_rows / 64) words_.resize(padded_rows / 64);
    for (const std::uint32_t row : rows) words_[row / 64] |= std::uint64_t{1} << (row % 64);
  }
  void Forget(std::span<const std::uint32_t> rows) {
    for (const std::uint32_t row : rows) words_[row / 64] = 0;
  }

  // The places in `list` of rows that are asked for, rising. Good until the next call.
  std::span<const std::uint32_t> Among(std::span<const std::uint32_t> list) {
    if (places_.size() < list.size()) places_.resize(list.size());
    std::uint32_t* const places = places_.data();
    const std::uint64_t* const words = words_.data();
    std::size_t found = 0;
    for (std::uint32_t at = 0; at < list.size(); ++at) {
      places[found] = at;
      found += (words[list[at] / 64] >> (list[at] % 64)) & 1;
    }
    return {places, found};
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> places_;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_ASKED_ROWS_H_
