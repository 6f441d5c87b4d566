// The numbers that training makes before any parameter of serving is chosen: lists, singular
// vectors, degrees.
#ifndef COFILTER_TRAINING_TRAINED_NUMBERS_H_
#define COFILTER_TRAINING_TRAINED_NUMBERS_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"
#include "training/singular_vectors.h"
#include "training/training_settings.h"

namespace cofilter::training {

// Where the training tells what it does now; may be empty. Called between the parts, by one thread.
using Narrator = std::function<void(std::string_view part)>;

// What one part took.
struct PartTime {
  std::string part;
  double seconds = 0;
};

// Times the parts of a run; each begins where the last one ended.
class PartTimer {
 public:
  PartTimer(Narrator narrator, std::string_view prefix)
      : narrator_(std::move(narrator)), prefix_(prefix) {}
  void Begin(std::string_view part);
  // Ends the last part.
  std::vector<PartTime> Take();

 private:
  void End();
  Narrator narrator_;
  std::string prefix_;
  std::vector<PartTime> times_;
  std::string running_;
  double began_ = 0;
};

// The ends between which lists must hold their targets.
struct DialEnds {
  double low = 0;
  double high = 0;
};

struct TrainedNumbers {
  std::vector<float> degrees;                  // [items]
  std::vector<models::ListKind> kinds;         // of the blocks
  std::vector<models::ListBlockArrays> lists;  // [kinds]
  SingularVectors vectors;
};

// One block of lists to be trained.
struct ListPlan {
  models::ListKind kind = models::ListKind::kLocal;
  DialEnds ends;
};

// Errors: those of TrainRidge and TrainLargeRidge.
absl::StatusOr<TrainedNumbers> TrainNumbers(const data::Dataset& dataset,
                                            const TrainingSettings& settings,
                                            const std::vector<ListPlan>& lists, bool with_vectors,
                                            runtime::ThreadPool* pool, PartTimer* timer);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_TRAINED_NUMBERS_H_
