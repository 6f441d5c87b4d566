// What scorers share.
#include "models/scorer.h"

namespace cofilter::models {

void Scorer::ScoreMany(std::span<const ScoredHistory> histories, std::span<float> scores) const {
  for (std::size_t h = 0; h < histories.size(); ++h) {
    Score(histories[h].rows, histories[h].weights, scores.subspan(h * items(), items()));
  }
}

}  // namespace cofilter::models
