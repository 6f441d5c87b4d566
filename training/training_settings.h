// Everything that a person may set about the training of one operator.
#ifndef COFILTER_TRAINING_TRAINING_SETTINGS_H_
#define COFILTER_TRAINING_TRAINING_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "models/operator_parameters.h"
#include "models/training_facts.h"
#include "training/dial_shape.h"
#include "training/ridge.h"

namespace cofilter::training {

// Parameters that act at serving; what is given here is kept, the search chooses the rest; where
// nothing about the dial is given, its notches are placed by what they cost (dial_calibration.h).
// The notation is that of models/operator_parameters.h.
struct GivenParameters {
  std::optional<models::ListKind> lists;  // unset: local, and ridge for small catalogues
  std::optional<double> p;                // source exponent of the lists, -2 to 2
  std::optional<double> q;                // target exponent of the lists at notch 0, -2 to 2
  std::optional<double> global_weight;    // g, 0 to 1,000
  std::optional<double> pin;              // source exponent of the global term, -2 to 2
  std::optional<double> qo;               // target exponent of the global term at notch 0, -2 to 2
  std::optional<double> by_rank;          // weight of the history by rank, 0 to 4
  std::optional<double> by_age;           // and by age in days, 0 to 4
  std::optional<double> directed;       // how loud the directed lists are beside the lists, 0 to 10
  std::optional<double> directed_p;     // source exponent of the directed lists, -2 to 2
  std::optional<double> directed_q;     // their target exponent at notch 0, -2 to 2
  std::optional<double> trend;          // exponent of the trend's factor, 0 to 4
  std::optional<double> prior_events;   // n0 of the popularity prior, 0 to 1,000
  std::optional<double> dial_q;         // what notch 10 adds to q, 0 to 2
  std::optional<double> dial_qo;        // what notch 10 adds to qo, 0 to 2
  std::optional<DialShape> dial_shape;  // how far each notch goes of that; unset: even steps
  // What an earlier training measured of this very dial: comes with its report, not by itself.
  std::optional<models::DialEffects> dial_effects;
};

// What a training may take its time for.
enum class Profile : std::uint8_t {
  kFast,      // no ridge for catalogues past ridge_max_items
  kAuto,      // the ridge where it stays within ridge_budget
  kThorough,  // the ridge at any size
};

// Of the ridge; what is unset goes by the catalogue's size (TrainingSettings::RidgeFor). Ranges as
// in RidgeSettings.
struct GivenRidge {
  std::optional<double> member_exponent;
  std::optional<double> item_exponent;
  std::optional<double> lambda;
  std::optional<bool> lambda_is_relative;
  std::optional<std::uint32_t> neighbours;
};

struct TrainingSettings {
  std::string name = "all";  // of the operator: [a-z0-9_-]{1,32}
  std::uint64_t seed = 1;

  // Global term. Rank 0: by the catalogue's size and the profile (DefaultRank). Range: 0 to 4,096.
  std::uint32_t rank = 0;
  std::uint32_t oversampling = 64;
  // Few rounds on purpose: a subspace that has not quite converged is a soft filter of the
  // spectrum. On Gowalla, rank 256, four rounds gave a recall of .1876 where twelve gave .1866.
  // Range: 1 to 100.
  std::uint32_t rounds = 4;

  std::uint32_t neighbours =
      200;  // kept per item at each end of the dial, local lists. 1 to 10,000
  std::uint32_t pair_limit = 1000;  // the latest so many of a history count pairs. 2 to 100,000
  std::uint32_t history_limit =
      1000;  // the latest so many of a history are folded in at serving. ≥ 1
  GivenRidge ridge;
  std::uint32_t directed_neighbours = 100;  // kept per item at each end of the dial. 1 to 10,000
  // The exact inverse up to so many items, a polynomial past them (large_ridge.h). 0 to 20,000.
  std::uint32_t ridge_max_items = 6000;
  // Of the polynomial against the inverse. A tenth of it costs a few more passes. 1e-6 to .5
  double ridge_tolerance = 0.003;
  Profile profile = Profile::kAuto;
  // Billions of multiply-adds that one ridge may take in the auto profile (LargeRidgeWork): about 6
  // a second on each core. 0 to 1e9
  double ridge_budget = 400;

  std::uint32_t content_buckets = 1u << 18;  // 0: no content. 0, or a power of two from 2^8 to 2^24
  double content_lambda = 0;                 // ridge of the content relation, ≥ 0; 0: chosen
  double trend_half_life_days = 0;           // 0: fitted on the log; else .001 to 100,000

  bool search = true;                     // false: what is not given takes its default
  std::uint32_t search_members = 10'000;  // sampled for validation. 1 to 1,000,000
  double dial_cost = 0.1;     // share of recall that the dial's last notch may cost. .01 to .5
  double search_share = 0.2;  // of each member's events that validation holds out. .01 to .9

  GivenParameters given;

  // Whether the ridge is large, and its settings for that size.
  bool RidgeIsLarge(std::size_t items) const { return items > ridge_max_items; }
  RidgeSettings RidgeFor(std::size_t items) const;
  // Whether the profile lets the trainer look at the ridge at all.
  bool MayUseRidge(std::size_t items, std::size_t interactions) const;

  // Errors: INVALID_ARGUMENT that names the entry, the value and the range.
  absl::Status Validate() const;
};

// More directions rank better, the tail above all, and cost time in training and in every call;
// past a few thousand items they pay, and the more the more items there are.
std::uint32_t DefaultRank(std::size_t items, Profile profile);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_TRAINING_SETTINGS_H_
