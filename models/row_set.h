// A set of rows as a bitmap: what may be retrieved.
#ifndef COFILTER_MODELS_ROW_SET_H_
#define COFILTER_MODELS_ROW_SET_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cofilter::models {

class RowSet {
 public:
  RowSet() = default;
  explicit RowSet(std::size_t size, bool full = false)
      : size_(size), words_((size + 63) / 64, full ? ~std::uint64_t{0} : 0) {
    if (full && size % 64 != 0) words_.back() = (std::uint64_t{1} << (size % 64)) - 1;
  }

  std::size_t size() const { return size_; }
  bool Contains(std::size_t row) const { return (words_[row / 64] >> (row % 64)) & 1; }
  void Add(std::size_t row) { words_[row / 64] |= std::uint64_t{1} << (row % 64); }
  void Remove(std::size_t row) { words_[row / 64] &= ~(std::uint64_t{1} << (row % 64)); }
  std::size_t Count() const {
    std::size_t count = 0;
    for (std::uint64_t word : words_) count += std::popcount(word);
    return count;
  }
  // 64 rows a word, row 0 in the lowest bit of word 0; bits past size() are 0.
  std::span<const std::uint64_t> words() const { return words_; }

 private:
  std::size_t size_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_ROW_SET_H_
