// Random numbers that are the same on every platform for a seed.
#ifndef COFILTER_TRAINING_SEEDED_RANDOM_H_
#define COFILTER_TRAINING_SEEDED_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cofilter::training {

// Thread-safety: one thread at a time. Source: Steele, Lea, Flood, "Fast splittable pseudorandom
// number generators", OOPSLA 2014 (SplitMix64).
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  // [0, bound), bound ≥ 1. The bias for bounds below 2^32 is under 2^-32.
  std::uint64_t Below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }
  // Mean 0, deviation 1: the sum of twelve uniforms, which is normal enough for a random start.
  float Normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += Uniform();
    return static_cast<float>(sum);
  }

 private:
  std::uint64_t state_;
};

// `count` of [0, size), ascending, each at most once; all of them when count ≥ size.
inline std::vector<std::uint32_t> SampleRows(std::size_t size, std::size_t count,
                                             std::uint64_t seed) {
  SeededRandom random(seed);
  std::vector<std::uint32_t> sample;
  sample.reserve(count < size ? count : size);
  std::size_t needed = count < size ? count : size;
  for (std::size_t row = 0; row < size && needed > 0; ++row) {  // selection sampling, Knuth 3.4.2 S
    if (random.Below(size - row) < needed) {
      sample.push_back(static_cast<std::uint32_t>(row));
      --needed;
    }
  }
  return sample;
}

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_SEEDED_RANDOM_H_
