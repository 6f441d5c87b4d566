// Operators made from a seed, and a slow dense reference that says what their scores must be.
#ifndef COFILTER_TESTS_MODELS_OPERATOR_EXAMPLES_H_
#define COFILTER_TESTS_MODELS_OPERATOR_EXAMPLES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "models/operator.h"

namespace cofilter::models {

struct ExampleShape {
  std::uint32_t items = 300;
  std::uint32_t dim = 24;
  int lists = 2;            // local, ridge, directed
  double later_weight = 1;  // of every list but the first
  std::uint32_t neighbours = 20;
  double global_weight = 0.4;
  std::uint32_t buckets = 64;  // of the content map; 0: none
  std::uint32_t seed = 1;
};

// Degrees with a long tail (some are 0), signed list values, exponents that differ at every notch.
OperatorArrays MakeExample(const ExampleShape& shape);

// Members of two groups that never read across: items below items / 2 only connect among
// themselves, and so do the others; embeddings point along one of two axes.
OperatorArrays MakeTwoCommunities(std::uint32_t items);

// n different rows from a seed, with weights 0.2 to 1.
std::vector<HistoryEntry> MakeHistory(const OperatorArrays& arrays, std::size_t n,
                                      std::uint32_t seed);
// A foreign embedding of the operator's dim.
std::vector<float> MakeEmbedding(std::uint32_t dim, std::uint32_t seed);

// The formula of operator_parameters.h, written down in double precision without any table.
class DenseReference {
 public:
  explicit DenseReference(const OperatorArrays& arrays) : arrays_(arrays) {}

  // What one history entry adds to the score of a row, or of a foreign item with this embedding.
  double ToRow(const HistoryEntry& entry, int notch, std::uint32_t row) const;
  double ToForeign(const HistoryEntry& entry, int notch, std::span<const float> embedding) const;
  double Score(std::span<const HistoryEntry> history, int notch, std::uint32_t row) const;

 private:
  double Rel(std::uint32_t row) const;
  std::span<const float> EmbeddingOf(const HistoryEntry& entry) const;
  double SourceRel(const HistoryEntry& entry) const;

  const OperatorArrays& arrays_;
};

}  // namespace cofilter::models

#endif  // COFILTER_TESTS_MODELS_OPERATOR_EXAMPLES_H_
