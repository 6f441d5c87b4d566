// The score by the formula of models/operator_parameters.h, straight from the arrays: slow, and
// independent of what serves.
#ifndef COFILTER_TESTS_SERVICE_RECOMMEND_EXACT_FOLD_H_
#define COFILTER_TESTS_SERVICE_RECOMMEND_EXACT_FOLD_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/item.h"
#include "models/content_features.h"
#include "models/operator.h"
#include "models/operator_arrays.h"

namespace cofilter::service {

class ExactFold {
 public:
  explicit ExactFold(const models::OperatorArrays& arrays) : arrays_(arrays) {
    double sum = 0;
    for (const float degree : arrays.degrees) sum += degree;
    mean_ = sum / static_cast<double>(arrays.degrees.size());
    op_ = *models::Operator::FromArrays(arrays);
  }

  // Adds an item of the history, its weight included.
  void Add(const data::Item& item, double weight) {
    history_.push_back({RowOf(item.item_id), Embedding(item), weight});
  }

  double Score(const data::Item& item, int notch) const {
    const std::optional<std::uint32_t> target = RowOf(item.item_id);
    const std::vector<double> embedding = Embedding(item);
    const auto& global = arrays_.parameters.global;
    const auto n = static_cast<std::size_t>(notch);
    double score = 0;
    for (const Entry& entry : history_) {
      double product = 0;
      for (std::size_t d = 0; d < embedding.size() && !entry.embedding.empty(); ++d) {
        product += embedding[d] * entry.embedding[d];
      }
      // Both foreign embeddings hold the gain, and it counts once.
      const bool twice = !target.has_value() && !entry.row.has_value();
      if (twice) product /= arrays_.parameters.content.gain;
      score += global.weight * std::pow(Rel(target), -global.target_exponent[n]) * entry.weight *
               std::pow(Rel(entry.row), -global.source_exponent) * product;
      if (!target.has_value() || !entry.row.has_value()) continue;
      for (std::size_t b = 0; b < arrays_.lists.size(); ++b) {
        const auto& parameters = arrays_.parameters.lists[b];
        score += std::pow(Rel(target), -parameters.target_exponent[n]) * entry.weight *
                 std::pow(Rel(entry.row), -parameters.source_exponent) *
                 Listed(b, *entry.row, *target);
      }
    }
    return score;
  }

  std::optional<std::uint32_t> RowOf(const std::string& item_id) const {
    const auto found = std::lower_bound(arrays_.item_ids.begin(), arrays_.item_ids.end(), item_id);
    if (found == arrays_.item_ids.end() || *found != item_id) return std::nullopt;
    return static_cast<std::uint32_t>(found - arrays_.item_ids.begin());
  }

 private:
  struct Entry {
    std::optional<std::uint32_t> row;
    std::vector<double> embedding;
    double weight;
  };

  double Rel(std::optional<std::uint32_t> row) const {
    return row.has_value() ? std::max(arrays_.degrees[*row], 1.0f) / mean_
                           : arrays_.parameters.content.assumed_rel;
  }
  std::vector<double> Embedding(const data::Item& item) const {
    if (const auto row = RowOf(item.item_id)) {
      const auto begin =
          arrays_.embeddings.begin() + static_cast<std::ptrdiff_t>(std::size_t{*row} * arrays_.dim);
      return {begin, begin + arrays_.dim};
    }
    models::ContentFeatures features;
    features.title = item.title;
    features.summary = item.summary;
    features.topics.assign(item.topics.begin(), item.topics.end());
    features.publisher = item.publisher;
    const auto foreign = op_->RelateContent(features);
    if (!foreign.has_value()) return {};
    return {foreign->embedding.begin(), foreign->embedding.end()};
  }
  double Listed(std::size_t block, std::uint32_t source, std::uint32_t target) const {
    const auto& list = arrays_.lists[block];
    for (std::uint64_t at = list.offsets[source]; at < list.offsets[source + 1]; ++at) {
      if (list.targets[at] == target) return list.values[at];
    }
    return 0;
  }

  models::OperatorArrays arrays_;
  double mean_ = 1;
  std::unique_ptr<const models::Operator> op_;
  std::vector<Entry> history_;
};

// w of an entry, by the formula.
inline double HistoryWeight(const models::HistoryWeightParameters& parameters, double confidence,
                            int rank, double age_days) {
  return confidence * std::pow(1.0 + rank, -parameters.by_rank) *
         std::pow(1.0 + age_days, -parameters.by_age);
}

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_RECOMMEND_EXACT_FOLD_H_
