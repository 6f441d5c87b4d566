// The ranker of a news surface, fitted from what a log's readers were shown and clicked.
#ifndef COFILTER_TRAINING_NEWS_TRAINING_H_
#define COFILTER_TRAINING_NEWS_TRAINING_H_

#include <optional>
#include <span>

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "data/item.h"
#include "models/news_ranker.h"
#include "runtime/thread_pool.h"
#include "training/moment_log.h"
#include "training/training_settings.h"

namespace cofilter::training {

struct NewsTraining {
  std::optional<models::NewsRankerParameters> parameters;  // absent: too little to learn from
  nlohmann::json report;  // "why", and for each term what it bought on the lists held out
};

// The latest two thirds of the lists are what is learnt from; an operator with the parameters that
// a report tells as `chosen` is trained on what came before them, so that no click is explained by
// itself. Of these lists the latest third is held out while half-lives, smoothing and terms are
// chosen by its loss, one at a time; the weights are then of all, and 0 for a term that did not
// help. Deterministic. Errors: as TrainOperator.
absl::StatusOr<NewsTraining> TrainNewsRanker(const TrainingSettings& settings,
                                             const nlohmann::json& chosen,
                                             const data::Dataset& dataset,
                                             std::span<const data::Item> catalogue,
                                             const MomentLog& log, runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_NEWS_TRAINING_H_
