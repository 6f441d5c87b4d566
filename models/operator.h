// The operator: a linear map from a member's history to scores of all items, served from memory.
#ifndef COFILTER_MODELS_OPERATOR_H_
#define COFILTER_MODELS_OPERATOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "models/content_profile.h"
#include "models/foreign_item.h"
#include "models/operator_arrays.h"
#include "models/row_set.h"

namespace cofilter::models {

// One item of a member's history. Either a row of the operator, or an item born after the training
// (from RelateContent).
struct HistoryEntry {
  static constexpr std::uint32_t kForeign = 0xffffffff;
  std::uint32_t row = 0;                 // or kForeign
  float weight = 1;                      // w_i, see HistoryWeights; > 0
  const ForeignItem* foreign = nullptr;  // with kForeign only
};

// A candidate as retrieval hands it on. `approximate` comes from coarsely rounded embeddings; rank
// by Score.
struct RetrievedRow {
  std::uint32_t row = 0;
  float approximate = 0;
};

// The score of one row, in double precision, and what it is made of.
struct RowScore {
  double lists = 0;   // the neighbours' part, at the notch
  double global = 0;  // the spectral part, at the notch, weight included
  double trend = 0;   // what the trend's factor adds to the two
  double prior = 0;   // what popularity adds while little is known of the member
  bool exact = true;  // false: not worked out, see ScoreBest
  // What the history says: the sum of its contributions.
  double personal() const { return lists + global; }
  double total() const { return personal() + trend + prior; }
};

// What one item of the history given adds to a row's score.
struct Contribution {
  std::uint32_t owner = 0;  // place in the history given
  double value = 0;
};
// Cuts to the `count` largest by magnitude, by falling magnitude; ties go to the earlier place.
void KeepLargest(std::size_t count, std::vector<Contribution>* contributions);

// A member folded in: all that a call needs of its history. Made by Operator::Fold.
struct FoldedHistory {
  // In the order given; what resembles rows is spelled out as these. Other foreign items stay the
  // caller's: keep them alive.
  std::vector<HistoryEntry> entries;
  std::vector<std::uint32_t> owners;  // place in the history given of each entry
  std::size_t given = 0;              // length of the history given
  // Σ w_i rel_i^-p_g V_i, foreign entries included without their gain, and the same before
  // rounding: what foreign items are scored by. Shape: [dim].
  std::vector<float> query;
  std::vector<double> exact_query;
  // c, what a row's π counts: see operator_parameters.h. 0 leaves the prior out.
  double prior_weight = 0;
  // Whether the trend's factor counts.
  bool with_trend = false;
  // What rows are scored by: the same sum, foreign entries with their gain; of those alone when the
  // operator has no global term. Shape: [dim], or empty when that is nothing.
  std::vector<double> row_query;
  // Its own number, not 0, by which a scratch knows what it holds of it; a copy shares it.
  std::uint64_t serial = 0;
};

// Working memory of one thread; big (a few floats an item), so keep one a worker and reuse it.
class RetrievalScratch;
struct RetrievalScratchDeleter {
  void operator()(RetrievalScratch* scratch) const;
};
using RetrievalScratchPtr = std::unique_ptr<RetrievalScratch, RetrievalScratchDeleter>;
RetrievalScratchPtr MakeRetrievalScratch();

// Thread-safety: immutable after creation; every method from any thread, a scratch from one at a
// time.
class Operator {
 public:
  // Takes the arrays over. Errors: INVALID_ARGUMENT on shapes or values that do not hold together.
  static absl::StatusOr<std::unique_ptr<const Operator>> FromArrays(OperatorArrays arrays);

  virtual ~Operator() = default;

  virtual const std::string& name() const = 0;
  virtual const OperatorParameters& parameters() const = 0;
  virtual const TrainingFacts& facts() const = 0;
  virtual std::uint32_t items() const = 0;
  virtual std::uint32_t dim() const = 0;
  virtual std::string_view item_id(std::uint32_t row) const = 0;
  virtual std::optional<std::uint32_t> FindRow(std::string_view item_id) const = 0;
  virtual float degree(std::uint32_t row) const = 0;
  virtual float trend(std::uint32_t row) const = 0;
  // Rows by falling trend (ties by row): the model's own fallback list. Shape: [items].
  virtual std::span<const std::uint32_t> rows_by_trend() const = 0;
  virtual std::span<const float> embedding(std::uint32_t row) const = 0;

  // Keeps the entries in the order given. Entries with a row out of range are not allowed.
  virtual FoldedHistory Fold(std::span<const HistoryEntry> history) const = 0;

  // The best `count` rows among `eligible` at the notch, by falling approximate score, ties by row.
  // Rows whose score is 0 (nothing connects them to the history) or less are left out. Cost: one
  // pass over the lists of the history and one over the rounded embeddings of all items.
  virtual void Retrieve(const FoldedHistory& folded, int notch, const RowSet& eligible,
                        std::size_t count, RetrievalScratch* scratch,
                        std::vector<RetrievedRow>* out) const = 0;
  // As above from the lists alone, without the pass over all items: cheaper, for a deadline nearly
  // gone.
  virtual void RetrieveNeighbours(const FoldedHistory& folded, int notch, const RowSet& eligible,
                                  std::size_t count, RetrievalScratch* scratch,
                                  std::vector<RetrievedRow>* out) const = 0;

  // Exact scores of some rows. Shapes: rows [n] → out [n].
  virtual void Score(const FoldedHistory& folded, int notch, std::span<const std::uint32_t> rows,
                     RetrievalScratch* scratch, std::vector<RowScore>* out) const = 0;
  // The same for the rows that may be among the best `count` by what a list ranks by, total() with
  // personal() times `freshness` where it is above 0, or the prior where personal() is 0; ties
  // count as among. Of the others it is certain that they are not, and nothing else: exact is
  // false. An empty freshness is 1 everywhere. Shapes: rows, freshness [n], each in (0, 1]. Cost: a
  // byte a dim for each row, and an exact product for little more than `count` of them.
  virtual void ScoreBest(const FoldedHistory& folded, int notch,
                         std::span<const std::uint32_t> rows, std::span<const double> freshness,
                         std::size_t count, RetrievalScratch* scratch,
                         std::vector<RowScore>* out) const = 0;
  // The totals of all rows in single precision: the reference, and what evaluation ranks by.
  // Shape: out [items].
  virtual void ScoreAll(const FoldedHistory& folded, int notch, std::vector<float>* out) const = 0;

  // What each item of the history given adds to each row's score. Shapes: rows [n] → out
  // [n × given], row-major; the sum of a row equals Score's personal() to rounding in double
  // precision.
  // Cost: a pass over the lists and one exact product for each pair.
  virtual void Contributions(const FoldedHistory& folded, int notch,
                             std::span<const std::uint32_t> rows,
                             std::vector<double>* out) const = 0;
  // The `count` largest of them by magnitude, to the bit what Contributions gives; ties go to the
  // earlier place. Shapes: rows [n] → out [n × count], row-major, by falling magnitude, filled up
  // with value 0 (as are those that add nothing). Cost: little more than `count` exact products a
  // row; the pass over the lists is spared right after Score with the same scratch and history and
  // rows among the same.
  virtual void TopContributions(const FoldedHistory& folded, int notch,
                                std::span<const std::uint32_t> rows, std::size_t count,
                                RetrievalScratch* scratch,
                                std::vector<Contribution>* out) const = 0;

  // An item by what it is about; nullopt when nothing was learnt of content or nothing is like it.
  // Cost: a few tenths of a millisecond.
  virtual std::optional<ForeignItem> RelateContent(
      const struct ContentFeatures& features) const = 0;
  // What the item is about: its features by (1 + ln count) · idf, single characters left out, to
  // unit length. Empty when there is no content map, or none of its features is known.
  virtual ContentProfile ProfileOf(const struct ContentFeatures& features) const = 0;
  // The score of an item born after the training. One that is drawn from rows has the score
  // RelatedScale(notch) · Σ over the entries of weight · drawn_from.
  virtual double ScoreForeign(const FoldedHistory& folded, int notch,
                              const ForeignItem& item) const = 0;
  virtual double RelatedScale(int notch) const = 0;
  // What each item of the history given adds to it. Shape: out [given].
  virtual void ForeignContributions(const FoldedHistory& folded, int notch, const ForeignItem& item,
                                    std::vector<double>* out) const = 0;
};

// w_i for a history in any order; entries of equal age rank in the order given, so where only the
// order is known, give the latest first and all ages 0. Shapes: all spans [n]; age_days before any
// one moment.
// Returns [n]; entries past parameters.limit, or without a confidence above 0, get 0 (fold in only
// what is above 0).
std::vector<float> HistoryWeights(const HistoryWeightParameters& parameters,
                                  std::span<const float> confidence,
                                  std::span<const double> age_days);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_OPERATOR_H_
