// The numbers of one operator as spans, wherever they lie: in a mapped file or in owned arrays.
#ifndef COFILTER_MODELS_OPERATOR_VIEWS_H_
#define COFILTER_MODELS_OPERATOR_VIEWS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "models/operator_arrays.h"
#include "models/operator_parameters.h"
#include "models/training_facts.h"

namespace cofilter::models {

inline constexpr std::uint32_t kMaxDim = 4096;
inline constexpr std::uint32_t kMaxBuckets = 1u << 24;
// No number in an operator is larger: products of a few of them stay finite in double precision.
inline constexpr float kLargestMagnitude = 1e12f;

// Shapes: as OperatorArrays; the id of row i is id_bytes[id_offsets[i] .. id_offsets[i+1]).
struct OperatorViews {
  std::string name;
  OperatorParameters parameters;
  std::span<const std::uint64_t> id_offsets;  // [items + 1]
  std::string_view id_bytes;
  std::span<const float> degrees;
  std::span<const float> trend;
  std::vector<ListBlockView> lists;
  std::uint32_t dim = 0;
  std::span<const float> embeddings;
  ContentMapView content;
  ContentRelationView relation;
  std::uint64_t members = 0;
  std::uint64_t interactions = 0;
  TrainingFacts facts;

  std::uint32_t items() const { return static_cast<std::uint32_t>(degrees.size()); }
  std::string_view id(std::uint32_t row) const {
    return id_bytes.substr(id_offsets[row], id_offsets[row + 1] - id_offsets[row]);
  }
};

// A name that is a safe file name: [a-z0-9_-]{1,32}.
bool IsOperatorName(std::string_view name);

// Everything that scoring relies on: shapes, bounds, order, finite numbers, parameters. After OK no
// index leaves its array. Trusts nothing. Errors: INVALID_ARGUMENT that names the array, the place
// and what is wrong.
absl::Status CheckViews(const OperatorViews& views);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_OPERATOR_VIEWS_H_
