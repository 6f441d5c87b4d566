// Random numbers that are the same on every platform; the standard library's distributions are not.
#ifndef COFILTER_DATA_RANDOM_H_
#define COFILTER_DATA_RANDOM_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cofilter::data {

// xoshiro256**, seeded by splitmix64. Not for secrets. Source: Blackman and Vigna, 2018.
class Random {
 public:
  // Different streams of one seed are independent.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) {
    std::uint64_t state = seed;
    state = SplitMix(state) ^ (stream * 0x9e3779b97f4a7c15u);
    for (std::uint64_t& word : state_) word = SplitMix(state);
  }

  std::uint64_t Next() {
    const std::uint64_t result = Rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = Rotate(state_[3], 45);
    return result;
  }

  // [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  // [0, bound); bound ≥ 1. The bias, below 2^-32, does not matter here.
  std::uint32_t Below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((Next() >> 32) * bound) >> 32);
  }
  bool Chance(double probability) { return Uniform() < probability; }

 private:
  static std::uint64_t Rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  static std::uint64_t SplitMix(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  std::array<std::uint64_t, 4> state_;
};

// Picks positions with probability in proportion to their weights.
class WeightedPicker {
 public:
  void Clear() { sums_.clear(); }
  // weight ≥ 0.
  void Add(double weight) { sums_.push_back(total() + weight); }
  double total() const { return sums_.empty() ? 0 : sums_.back(); }
  std::size_t size() const { return sums_.size(); }
  // REQUIRES: total() > 0.
  std::size_t Pick(Random& random) const {
    const double at = random.Uniform() * total();
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    return std::min(static_cast<std::size_t>(found - sums_.begin()), sums_.size() - 1);
  }

 private:
  std::vector<double> sums_;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_RANDOM_H_
