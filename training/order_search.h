// Chooses what order and time are worth in a log: history weights, directed lists, trend, and how
// long popularity speaks for a member of whom little is known.
#ifndef COFILTER_TRAINING_ORDER_SEARCH_H_
#define COFILTER_TRAINING_ORDER_SEARCH_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "runtime/thread_pool.h"
#include "training/point_walk.h"
#include "training/score_grid.h"
#include "training/training_settings.h"

namespace cofilter::training {

// What one part of the chosen point bought on the validation part.
struct PartGain {
  std::string part;  // "global", "history weights", "directed lists", "trend"
  std::size_t members = 0;
  PointMeasures with;
  PointMeasures without;
};

// How members fare of whom the training has nothing, after so many events: the next one is the
// question.
struct EvidenceGain {
  std::uint32_t events = 0;
  std::size_t members = 0;
  PointMeasures with;
  PointMeasures without;     // without the prior
  PointMeasures popularity;  // the prior alone
};

struct OrderChoice {
  ScorePoint point;
  // Of the directed lists, in DirectedWeightUnit: it carries over to other data, the weight does
  // not.
  double relative_directed = 0;
  std::vector<PartGain> gains;
  std::vector<EvidenceGain> evidence;
};

// Everything is the caller's and outlives the call.
struct OrderQuestions {
  const data::Dataset* dataset = nullptr;    // with the newcomers' histories
  std::span<const GridMember> members;       // of the validation part
  int trends = 1;                            // of the grid; the first is what popularity fades by
  std::span<const GridMember> recent;        // those whose question comes after the grid's trend
  std::span<const std::uint32_t> newcomers;  // rows of the dataset
  std::uint64_t seed = 1;                    // of the newcomers' order, where it means nothing
};

// The weight at which lists and directed lists speak equally loud, as GlobalWeightUnit. Looks at
// the first 500 members.
double DirectedWeightUnit(const ScoreGrid& grid, const ScorePoint& point,
                          std::span<const GridMember> members, runtime::ThreadPool* pool);

// From the best point without them. What is given stays. Each part is off where it does not help;
// the trend must help those who are asked after its moment by half a per cent. The prior weighs
// what it does for newcomers and for everybody alike. The same choice on any number of threads.
OrderChoice ChooseOrder(const GivenParameters& given, data::Order order, const ScoreGrid& grid,
                        const OrderQuestions& questions, const ScorePoint& start, PointWalk* walk,
                        runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_ORDER_SEARCH_H_
