// The baseline that recommends the same to everybody.
#include <algorithm>

#include "models/scorer.h"

namespace cofilter::models {
namespace {

class PopularityScorer final : public Scorer {
 public:
  explicit PopularityScorer(std::span<const float> degrees)
      : degrees_(degrees.begin(), degrees.end()) {}

  std::string_view name() const override { return "popularity"; }
  std::uint32_t items() const override { return static_cast<std::uint32_t>(degrees_.size()); }
  void Score(std::span<const std::uint32_t>, std::span<const float>,
             std::span<float> scores) const override {
    std::copy(degrees_.begin(), degrees_.end(), scores.begin());
  }

 private:
  const std::vector<float> degrees_;
};

}  // namespace

std::unique_ptr<const Scorer> MakePopularityScorer(std::span<const float> degrees) {
  return std::make_unique<PopularityScorer>(degrees);
}

}  // namespace cofilter::models
