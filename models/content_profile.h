// What an item is about, as a sparse unit vector, and how close items are by it.
#ifndef COFILTER_MODELS_CONTENT_PROFILE_H_
#define COFILTER_MODELS_CONTENT_PROFILE_H_

#include <cstdint>
#include <utility>
#include <vector>

namespace cofilter::models {

// Bucket → weight, by rising bucket, of unit length; empty: nothing of it is known.
using ContentProfile = std::vector<std::pair<std::uint32_t, float>>;

// The weighted sum of some profiles: a member's history. Dense, cleared by touching only what was
// added. Thread-safety: none; one a worker.
class ProfileSum {
 public:
  void Clear() {
    for (const std::uint32_t bucket : touched_) sum_[bucket] = 0;
    touched_.clear();
  }
  void Add(const ContentProfile& profile, float weight) {
    for (const auto& [bucket, value] : profile) {
      if (bucket >= sum_.size()) sum_.resize(std::size_t{bucket} + 1);
      if (sum_[bucket] == 0) touched_.push_back(bucket);
      sum_[bucket] += weight * value;
    }
  }
  // With weights that add up to 1: the weighted mean of the cosines.
  double Dot(const ContentProfile& profile) const {
    double dot = 0;
    for (const auto& [bucket, value] : profile) {
      if (bucket < sum_.size()) dot += static_cast<double>(sum_[bucket]) * value;
    }
    return dot;
  }

 private:
  std::vector<float> sum_;  // [buckets]
  std::vector<std::uint32_t> touched_;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_CONTENT_PROFILE_H_
