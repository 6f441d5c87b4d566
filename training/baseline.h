// Baselines by name and settings, trained on the spot: what any model has to beat.
#ifndef COFILTER_TRAINING_BASELINE_H_
#define COFILTER_TRAINING_BASELINE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "models/scorer.h"
#include "runtime/thread_pool.h"
#include "training/interaction_matrix.h"
#include "training/singular_vectors.h"

namespace cofilter::training {

// "graph-filter:low-pass=0.3,rank=256"; what is not given takes its default. Kinds and settings:
// - popularity
// - item-cosine: neighbours (200)
// - implicit-als: dim (64), rounds (15), confidence (10), regularisation (0.1)
// - graph-filter (GF-CF): rank (256), low-pass (0.3)
// - ease: lambda (300), neighbours (1000): kept of the weights, by size
struct Baseline {
  std::string kind;
  std::map<std::string, double> settings;  // all of the kind's

  // The settings that differ from their defaults, "low-pass=0.1"; empty: none.
  std::string Variant() const;
};

// Errors: INVALID_ARGUMENT naming the kind or setting, its value and what is right.
absl::StatusOr<Baseline> ParseBaseline(std::string_view text);

// Settings of each kind that are worth a try: for tuning on a validation part and for drawing what
// a kind can reach. Each may be parsed.
std::vector<std::string> BaselineSweep(std::string_view kind);

// Trains baselines on one dataset; what several of them need is made once.
// Thread-safety: one thread at a time. The dataset and the pool must outlive it.
class BaselineTrainer {
 public:
  BaselineTrainer(const data::Dataset& train, std::uint64_t seed, runtime::ThreadPool* pool);

  // The same bits for the same input and seed, whatever was trained before.
  // Errors: those of the training itself.
  absl::StatusOr<std::unique_ptr<const models::Scorer>> Train(const Baseline& baseline);

 private:
  const SingularVectors& Vectors(std::uint32_t rank);

  const data::Dataset& train_;
  const std::uint64_t seed_;
  runtime::ThreadPool* const pool_;
  const InteractionMatrix matrix_;
  std::uint32_t vectors_rank_ = 0;
  SingularVectors vectors_;
};

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_BASELINE_H_
