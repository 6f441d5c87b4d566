// What turns an operator's numbers into scores: exponents, weights and the long-tail dial.
#ifndef COFILTER_MODELS_OPERATOR_PARAMETERS_H_
#define COFILTER_MODELS_OPERATOR_PARAMETERS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "models/content_features.h"
#include "models/news_ranker.h"

namespace cofilter::models {

// The long-tail dial: notch 0 is the most accurate, notch 10 the furthest into the tail.
inline constexpr int kNotches = 11;
// dial in [0, 1] → the nearest notch.
int NotchOf(double dial);

// Notation of the whole product. rel_j = d_j / mean(d): an item's interactions over the mean of all
// items. For a member with history H and a history weight w_i for each of its items,
//
//   score(j) = Σ_b a_b rel_j^-q_b  Σ_{i ∈ H} w_i rel_i^-p_b  B_b[i, j]
//            + g     rel_j^-q_g  Σ_{i ∈ H} w_i rel_i^-p_g  V_i · V_j
//
// with B_b the sparse list blocks (local neighbours, ridge, directed neighbours) and V the
// embeddings of the global spectral term. Everything but B and V acts at serving: the source
// exponents p on the history, the target exponents q on the item to be scored, which is what the
// dial moves. What a list ranks by is
//
//   f_j · score(j) + c · π_j,   c = n0 / |H| · max(0, Σ_{i ∈ H} w_i ρ_i)
//
// with f_j what is asked for more of late than it used to be (TrendParameters), π_j the popularity
// that speaks while little is known of the member (EvidenceParameters), and ρ_i the sum, over the
// items that anybody took, of what i adds to their scores at notch 0. So |H| events weigh against
// n0 imagined ones that say no more than what everybody does.

// Stored: never renumber.
enum class ListKind : std::uint8_t {
  kLocal = 1,     // B = MᵀD_u⁻¹M / mean(d): who read this also read that
  kRidge = 2,     // B = the closed-form ridge (EASE with degree exponents); signed
  kDirected = 3,  // B = who took this then took that, nearer steps more
};
// "local", "ridge", "directed": in manifests, reports and settings. Empty for a kind that there is
// not.
std::string_view ListKindName(ListKind kind);
// nullopt for any other name.
std::optional<ListKind> ParseListKind(std::string_view name);

struct ListBlockParameters {
  ListKind kind = ListKind::kLocal;
  double weight = 1;                               // a > 0: how loud beside the other blocks
  double source_exponent = 0.65;                   // p, [-2, 2]
  std::array<double, kNotches> target_exponent{};  // q at each notch, [-2, 2]
};

struct GlobalParameters {
  double weight = 0;                               // g ≥ 0; 0 switches the term off
  double source_exponent = 0.65;                   // p_g, [-2, 2]
  std::array<double, kNotches> target_exponent{};  // q_g at each notch, [-2, 2]
};

// w_i = confidence_i (1 + rank_i)^-by_rank (1 + age_i)^-by_age: rank 0 for the latest, age in days
// before the latest.
struct HistoryWeightParameters {
  double by_rank = 0;          // [0, 4]
  double by_age = 0;           // [0, 4]
  std::uint32_t limit = 1000;  // the latest so many items of a history are folded in; ≥ 1
};

// An item born after the training takes part by its content, as if it had this popularity: through
// its relation to trained items (content_relation.h), or, in artifacts of format 1, through an
// embedding.
struct ContentParameters {
  double gain = 0;           // lifts the content term to the operator's scale; 0: no content map
  double assumed_rel = 0.1;  // rel of a new item, > 0
  // Of the relation only.
  // The trainer chooses them on held-out items; the defaults prefer nothing.
  double ridge = 1;      // λ > 0: more trusts single features less
  double smoothing = 1;  // α ≥ 0: the neighbours of the history beside itself
  FeatureWeights feature_weights{1, 1, 1, 1};  // ≥ 0
};

// f_j = ((1000 t_j + 0.02) / (1000 s_j + 0.02))^exponent, t_j and s_j the item's share of the
// decayed and of all interactions.
struct TrendParameters {
  double exponent = 0;  // [0, 4]; 0 switches the factor off
};

// π_j = t_j · rel_j^-(q(notch) - q(0)), q that of the first list block, or of the global term where
// there is none: the dial moves the prior like everything else.
struct EvidenceParameters {
  double prior_events = 0;  // n0, [0, 1000]; 0 switches the prior off
};

struct OperatorParameters {
  std::vector<ListBlockParameters> lists;  // at least one, or a global weight > 0
  GlobalParameters global;
  HistoryWeightParameters history;
  TrendParameters trend;
  EvidenceParameters evidence;
  ContentParameters content;
  std::optional<NewsRankerParameters> ranker;  // absent: the score alone ranks

  // Errors: INVALID_ARGUMENT that names the parameter, the value and the range.
  absl::Status Validate() const;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_OPERATOR_PARAMETERS_H_
