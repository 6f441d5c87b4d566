// Chooses the parameters that act at serving, on a validation part of the training data.
#ifndef COFILTER_TRAINING_PARAMETER_SEARCH_H_
#define COFILTER_TRAINING_PARAMETER_SEARCH_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "models/operator_parameters.h"
#include "models/training_facts.h"
#include "runtime/thread_pool.h"
#include "training/dial_calibration.h"
#include "training/order_search.h"
#include "training/point_walk.h"
#include "training/score_grid.h"
#include "training/trained_numbers.h"
#include "training/training_settings.h"

namespace cofilter::training {

struct ParameterChoice {
  models::ListKind lists = models::ListKind::kLocal;
  // Of the global term, in GlobalWeightUnit: it carries over to other data, the weight does not.
  double relative_weight = 0;
  double relative_directed = 0;       // of the directed lists, in DirectedWeightUnit; 0: none
  double trend_half_life_days = 0;    // as given or fitted; 0: neither
  ScorePoint point;                   // at notch 0; its `list` is 0
  double dial_q = kUncalibratedRise;  // what notch 10 adds to the target exponents
  double dial_qo = 0;
  DialShape dial_shape = EvenDialShape();
  std::optional<models::DialEffects>
      dial_effects;  // on the validation part; absent: not calibrated
  std::string dial_why = "even steps, as given or by default";
  std::string why;                     // one sentence for the report
  std::size_t validation_members = 0;  // 0: nothing was searched
  std::vector<TriedPoint> tried;
  std::vector<PartGain> gains;         // what each part that is on bought
  std::vector<EvidenceGain> evidence;  // of members whom the validation's training does not know
};

// What is not given takes the default of its kind of list; the exact ridge for catalogues up to
// ridge_max_items.
ParameterChoice DefaultParameters(const TrainingSettings& settings, std::size_t items);

// The weight at which lists and global term speak equally loud: the mean over members of the
// deviation of the lists' scores over the catalogue, through that of the global term's, both before
// their target exponents. 1 where one of them is silent. Looks at the first 500 members.
double GlobalWeightUnit(const ScoreGrid& grid, const ScorePoint& point,
                        std::span<const GridMember> members, runtime::ThreadPool* pool);

// Trains once on the dataset without its validation part, then walks one parameter after the other,
// each over a small grid: twice those of the scores, then those of order and time (order_search.h).
// Given parameters stay. Objective: recall@20 + NDCG@20 of the sampled members. The same choice on
// any number of threads. Falls back to the defaults where fewer than 20 members can be asked, and
// says so in `why`. Errors: those of TrainNumbers.
absl::StatusOr<ParameterChoice> ChooseParameters(const TrainingSettings& settings,
                                                 const data::Dataset& dataset,
                                                 runtime::ThreadPool* pool, PartTimer* timer);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_PARAMETER_SEARCH_H_
