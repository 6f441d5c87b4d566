// The baselines on one set: tuned on a validation part of its training part, measured on its test.
#ifndef COFILTER_BENCH_QUALITY_BASELINES_H_
#define COFILTER_BENCH_QUALITY_BASELINES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/result_cache.h"
#include "bench/set_data.h"
#include "runtime/thread_pool.h"
#include "training/evaluator.h"

namespace cofilter::bench {

struct BaselinePoint {
  std::string kind;
  // Whether it did best of its kind on the validation part: the same that the trainer chooses on.
  bool tuned = false;
  training::Evaluation evaluation;  // on the test
};

struct BaselineRun {
  const SetData* set = nullptr;
  std::string set_digest;  // of the set's files
  training::EvaluationSettings evaluation;
  const ResultCache* cache = nullptr;
  runtime::ThreadPool* pool = nullptr;
  std::function<void(const std::string&)> say;
  bool smoke = false;  // one setting of each kind
};

// Every setting of every kind (training::BaselineSweep). Results are kept one by one, so that a run
// that was broken off goes on.
absl::StatusOr<std::vector<BaselinePoint>> MeasureBaselines(const BaselineRun& run);

// One baseline, all of the test's members; text as training::ParseBaseline takes it.
absl::StatusOr<training::Evaluation> MeasureBaseline(const BaselineRun& run,
                                                     const std::string& text);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_QUALITY_BASELINES_H_
