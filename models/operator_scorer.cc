// The operator as evaluation sees it: exact scores at one notch.
#include <algorithm>

#include "models/scorer.h"

namespace cofilter::models {
namespace {

class OperatorScorer final : public Scorer {
 public:
  OperatorScorer(const Operator& model, int notch) : model_(model), notch_(notch) {}

  std::string_view name() const override { return model_.name(); }
  std::uint32_t items() const override { return model_.items(); }
  void Score(std::span<const std::uint32_t> rows, std::span<const float> weights,
             std::span<float> scores) const override {
    std::vector<HistoryEntry> history(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) history[i] = {rows[i], weights[i], {}};
    std::vector<float> all;
    model_.ScoreAll(model_.Fold(history), notch_, &all);
    std::copy(all.begin(), all.end(), scores.begin());
  }

 private:
  const Operator& model_;
  const int notch_;
};

}  // namespace

std::unique_ptr<const Scorer> MakeOperatorScorer(const Operator& model, int notch) {
  return std::make_unique<OperatorScorer>(model, notch);
}

}  // namespace cofilter::models
