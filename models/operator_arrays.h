// The numbers of one operator: as the trainer makes them (owned) and as the artifact holds them
// (views).
#ifndef COFILTER_MODELS_OPERATOR_ARRAYS_H_
#define COFILTER_MODELS_OPERATOR_ARRAYS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/operator_parameters.h"
#include "models/training_facts.h"

namespace cofilter::models {

// A sparse block by source row. Shapes: offsets [items + 1], targets and values [entries]; the
// targets of source i are targets[offsets[i] .. offsets[i+1]), ascending, without i itself.
struct ListBlockArrays {
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> targets;
  std::vector<float> values;
};
struct ListBlockView {
  std::span<const std::uint64_t> offsets;
  std::span<const std::uint32_t> targets;
  std::span<const float> values;
};

// Text features hashed into buckets, weighted by inverse document frequency, mapped to embeddings.
// Shapes: idf [buckets] (0: a bucket never seen), map [buckets × dim] row-major, or empty where a
// relation takes its place.
struct ContentMapArrays {
  std::uint32_t buckets = 0;  // 0: no content map
  std::vector<float> idf;
  std::vector<float> map;
};
struct ContentMapView {
  std::uint32_t buckets = 0;
  std::span<const float> idf;
  std::span<const float> map;
};

// The unit text features of the trained items by row, and who reads both: what ContentRelation
// relates a new item by. Shapes: offsets [items + 1]; buckets and values [features], of a row by
// rising bucket; near as a list block: the targets of w are the rows i that have w among their
// neighbours, with N_iw.
struct ContentRelationArrays {
  std::vector<std::uint64_t> offsets;  // empty: no relation
  std::vector<std::uint32_t> buckets;
  std::vector<float> values;
  ListBlockArrays near;
};
struct ContentRelationView {
  std::span<const std::uint64_t> offsets;
  std::span<const std::uint32_t> buckets;
  std::span<const float> values;
  ListBlockView near;

  bool empty() const { return offsets.empty(); }
};

// Shapes: item_ids [items], sorted ascending, unique; degrees [items], interactions of each item in
// the training data; trend [items]: interactions decayed by age with half a life of
// `trend_half_life_days` before the cut-off (equal to degrees when times are unknown); embeddings
// [items × dim], row-major.
struct OperatorArrays {
  std::string name;
  OperatorParameters parameters;
  std::vector<std::string> item_ids;
  std::vector<float> degrees;
  std::vector<float> trend;
  std::vector<ListBlockArrays> lists;  // one for each of parameters.lists
  std::uint32_t dim = 0;
  std::vector<float> embeddings;
  ContentMapArrays content;        // with a relation only its idf
  ContentRelationArrays relation;  // empty: what is new takes part by the map, if at all
  std::uint64_t members = 0;       // that the operator was trained on
  std::uint64_t interactions = 0;
  TrainingFacts facts;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_OPERATOR_ARRAYS_H_
