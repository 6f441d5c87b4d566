// Exact scores at many parameter points at once: what the parameter search looks at.
#ifndef COFILTER_TRAINING_SCORE_GRID_H_
#define COFILTER_TRAINING_SCORE_GRID_H_

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"
#include "training/ranked_list.h"
#include "training/tall_matrix.h"

namespace cofilter::training {

// One setting of everything that acts at serving; the notation is that of
// models/operator_parameters.h.
struct ScorePoint {
  int list = 0;                          // which of the list blocks; -1: none
  double source_exponent = 0.65;         // p
  double target_exponent = 0;            // q
  double global_weight = 0;              // g; 0: no global term
  double global_source_exponent = 0.65;  // p_g
  double global_target_exponent = 0;     // q_g
  double by_rank = 0;
  double by_age = 0;
  double directed_weight = 0;             // a of the directed block; 0: without it
  double directed_source_exponent = 1;    // its p
  double directed_target_exponent = 0.3;  // its q
  double trend_exponent = 0;
  int trend = 0;  // which of the grid's trends
  double prior_events = 0;

  bool operator==(const ScorePoint&) const = default;
};

// Means over the members asked.
struct PointMeasures {
  double recall = 0;
  double ndcg = 0;
  double tail_recall = 0;  // over members who have a tail item in their test; 0 when nobody has
  double coverage = 0;     // share of the catalogue in anybody's list

  double accuracy() const { return recall + ndcg; }
};

struct GridMember {
  std::span<const data::Interaction> history;  // oldest first where order means something
  TestItems test;
};

// Thread-safety: immutable. Everything that it is given stays the caller's and must outlive it.
class ScoreGrid {
 public:
  struct Inputs {
    std::vector<const models::ListBlockArrays*> lists;
    int directed = -1;                       // which of them is the directed block; -1: none
    const TallMatrix* embeddings = nullptr;  // [items × dim]; columns may be 0
    std::span<const float> degrees;          // [items]
    // Interactions up to the moment of the trend: decayed, once for each half-life, and all of
    // them. Shapes: each [items]; none and empty: the degrees.
    std::vector<std::vector<float>> trends;
    std::span<const float> trend_base;
    const CatalogueFacts* facts = nullptr;
    data::Order order = data::Order::kNone;  // of the histories
    runtime::Time now{};                     // ages count from here
    std::uint32_t history_limit = 1000;      // the latest so many items of a history take part
  };
  explicit ScoreGrid(Inputs inputs) : inputs_(std::move(inputs)) {}

  // Ranks all items but those of the history for every member at every point. The same bits on any
  // number of threads.
  // Shape: [points].
  // Cost: per member one pass over the lists for each different source weighting, items × dim for
  // each different global source weighting, and a pass over the items for each point.
  std::vector<PointMeasures> Measure(std::span<const ScorePoint> points,
                                     std::span<const GridMember> members, std::size_t k,
                                     runtime::ThreadPool* pool) const;

  // The deviation of the raw scores over the catalogue's items that have interactions, mean over
  // the first 500 members, which are enough: of the point's lists, of its global term and of the
  // directed block, without target exponents and weights.
  struct Spreads {
    double lists = 0;
    double global = 0;
    double directed = 0;
  };
  Spreads MeasureSpreads(const ScorePoint& point, std::span<const GridMember> members,
                         runtime::ThreadPool* pool) const;

 private:
  bool HasEmbeddings() const {
    return inputs_.embeddings != nullptr && inputs_.embeddings->cols() > 0;
  }

  const Inputs inputs_;
};

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_SCORE_GRID_H_
