// The one implementation of Operator: arrays by view, tables that are made from them at load.
#ifndef COFILTER_MODELS_LINEAR_OPERATOR_H_
#define COFILTER_MODELS_LINEAR_OPERATOR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "models/content_relation.h"
#include "models/fused_scan_index.h"
#include "models/item_id_table.h"
#include "models/neighbour_hits.h"
#include "models/operator.h"
#include "models/operator_views.h"
#include "models/popularity_scales.h"
#include "models/rounded_embeddings.h"
#include "models/trend_and_prior.h"

namespace cofilter::models {

// linear_operator.cc makes it and folds, scan_depth.cc makes its index, retrieval.cc retrieves,
// scoring.cc scores rows, contributions.cc says what each history entry adds, foreign_items.cc
// scores what was born after the training.
class LinearOperator final : public Operator {
 public:
  // `keepalive` owns what the views point into. Errors: those of CheckViews.
  static absl::StatusOr<std::unique_ptr<const Operator>> Create(
      OperatorViews views, std::shared_ptr<const void> keepalive);

  const std::string& name() const override { return views_.name; }
  const OperatorParameters& parameters() const override { return views_.parameters; }
  const TrainingFacts& facts() const override { return views_.facts; }
  std::uint32_t items() const override { return views_.items(); }
  std::uint32_t dim() const override { return views_.dim; }
  std::string_view item_id(std::uint32_t row) const override { return views_.id(row); }
  std::optional<std::uint32_t> FindRow(std::string_view item_id) const override {
    return ids_.Find(item_id);
  }
  float degree(std::uint32_t row) const override { return views_.degrees[row]; }
  float trend(std::uint32_t row) const override { return views_.trend[row]; }
  std::span<const std::uint32_t> rows_by_trend() const override { return rows_by_trend_; }
  std::span<const float> embedding(std::uint32_t row) const override {
    return views_.embeddings.subspan(std::size_t{row} * views_.dim, views_.dim);
  }

  FoldedHistory Fold(std::span<const HistoryEntry> history) const override;
  void Retrieve(const FoldedHistory& folded, int notch, const RowSet& eligible, std::size_t count,
                RetrievalScratch* scratch, std::vector<RetrievedRow>* out) const override;
  void RetrieveNeighbours(const FoldedHistory& folded, int notch, const RowSet& eligible,
                          std::size_t count, RetrievalScratch* scratch,
                          std::vector<RetrievedRow>* out) const override;
  void Score(const FoldedHistory& folded, int notch, std::span<const std::uint32_t> rows,
             RetrievalScratch* scratch, std::vector<RowScore>* out) const override;
  void ScoreBest(const FoldedHistory& folded, int notch, std::span<const std::uint32_t> rows,
                 std::span<const double> freshness, std::size_t count, RetrievalScratch* scratch,
                 std::vector<RowScore>* out) const override;
  void ScoreAll(const FoldedHistory& folded, int notch, std::vector<float>* out) const override;
  void Contributions(const FoldedHistory& folded, int notch, std::span<const std::uint32_t> rows,
                     std::vector<double>* out) const override;
  void TopContributions(const FoldedHistory& folded, int notch, std::span<const std::uint32_t> rows,
                        std::size_t count, RetrievalScratch* scratch,
                        std::vector<Contribution>* out) const override;
  std::optional<ForeignItem> RelateContent(const ContentFeatures& features) const override;
  ContentProfile ProfileOf(const ContentFeatures& features) const override;
  double ScoreForeign(const FoldedHistory& folded, int notch,
                      const ForeignItem& item) const override;
  double RelatedScale(int notch) const override;
  void ForeignContributions(const FoldedHistory& folded, int notch, const ForeignItem& item,
                            std::vector<double>* out) const override;

 private:
  using Table = const float*;  // [padded rows]

  LinearOperator(OperatorViews views, std::shared_ptr<const void> keepalive);
  void BuildTables();
  // scan_depth.cc: the index and its tables.
  struct Trial;
  std::vector<Trial> MakeTrials() const;
  bool HoldsTheBest(std::span<const Trial> trials) const;
  void BuildIndex();

  // THE rule for the weight of the global term. Between two rows it is g. Where a foreign item
  // takes part, in the history or as the one that is scored, its content embedding is all there is
  // to go by; so an operator without a global term (g = 0) still uses it there, with weight 1.
  double GlobalWeight(bool foreign_takes_part) const {
    const double g = views_.parameters.global.weight;
    return foreign_takes_part && !(g > 0) ? 1.0 : g;
  }
  // The weight that goes with FoldedHistory::row_query: of all entries, or of the foreign ones when
  // g = 0.
  double RowQueryWeight() const { return GlobalWeight(/*foreign_takes_part=*/true); }

  // w_i rel_i^-p_g, what the entry's embedding counts in the query; 0 for an entry that cannot take
  // part.
  double QueryFactor(const HistoryEntry& entry) const;
  // A foreign embedding holds the content gain. Between two foreign items it must count once, so
  // the history's is taken out: 1/gain for a foreign entry, 1 for a row.
  double GainToForeign(const HistoryEntry& entry) const;
  // V_i or the foreign embedding.
  std::span<const float> EmbeddingOf(const HistoryEntry& entry) const;
  // Asks for the cache lines of an embedding that is needed soon.
  static void Prefetch(std::span<const float> embedding) {
    constexpr std::size_t kLineNumbers = 64 / sizeof(float);
    for (std::size_t d = 0; d < embedding.size(); d += kLineNumbers)
      __builtin_prefetch(embedding.data() + d);
  }
  // a_b w_i rel_i^-p_b of a row entry, 0 of a foreign one.
  double ListFactor(const HistoryEntry& entry, std::size_t list) const;
  double ForeignTargetScale(int notch) const;
  // c of a history.
  double PriorWeight(const FoldedHistory& folded) const;
  // The tables of Σ code · query for each notch, with the trend's factor or without.
  void BuildScanScales(bool with_trend, std::array<const float*, kNotches>* tables);
  std::optional<std::vector<float>> EmbedContent(const ContentFeatures& features) const;

  struct Neighbours {
    std::span<const std::uint32_t> targets;
    std::span<const float> values;
  };
  Neighbours NeighboursOf(std::size_t list, std::uint32_t row) const {
    const ListBlockView& block = views_.lists[list];
    const std::uint64_t begin = block.offsets[row];
    const std::uint64_t count = block.offsets[row + 1] - begin;
    return {block.targets.subspan(begin, count), block.values.subspan(begin, count)};
  }
  // Calls visit(target, value) for each neighbour of the row in the list.
  template <typename Visit>
  void VisitNeighbours(std::size_t list, std::uint32_t row, const Visit& visit) const {
    const ListBlockView& block = views_.lists[list];
    const std::uint64_t end = block.offsets[row + 1];
    for (std::uint64_t at = block.offsets[row]; at < end; ++at) {
      visit(block.targets[at], block.values[at]);
    }
  }

  // The rows' list parts.
  void ScoreLists(const FoldedHistory& folded, int notch, std::span<const std::uint32_t> rows,
                  RetrievalScratch* scratch, std::vector<RowScore>* out) const;
  // Everything else of the rows that are exact.
  void ScoreRest(const FoldedHistory& folded, int notch, std::span<const std::uint32_t> rows,
                 std::vector<RowScore>* out) const;
  // Between what and what the rows' scores lie, as ScoreBest ranks them.
  void BoundScores(const FoldedHistory& folded, int notch, std::span<const std::uint32_t> rows,
                   std::span<const double> freshness, const std::vector<RowScore>& lists,
                   RetrievalScratch* scratch) const;
  void Select(const FoldedHistory& folded, int notch, const RowSet& eligible, std::size_t count,
              bool with_scan, RetrievalScratch* scratch, std::vector<RetrievedRow>* out) const;
  // One pass over the lists of the history; afterwards scratch->hits holds the rows, entry e of
  // block b as number b · entries + e.
  void FindHits(const FoldedHistory& folded, std::span<const std::uint32_t> rows,
                RetrievalScratch* scratch) const;
  // What the lists of each entry add to each row. Shape: out [lists × rows × entries].
  void ListParts(const FoldedHistory& folded, int notch, std::span<const std::uint32_t> rows,
                 const NeighbourHits& hits, std::vector<double>* out) const;
  // w of the entry times its embedding, for exact products. false: it has no global part.
  bool WeighEntry(const HistoryEntry& entry, std::vector<double>* weighted) const;
  // Adds to `sum` what an entry adds to a row: its list parts, at `place` of ListParts and on by
  // `stride`, and where `weighted` is given its global part.
  void AddEntry(std::span<const double> parts, std::size_t place, std::size_t stride, int notch,
                std::uint32_t row, const std::vector<double>* weighted, double* sum) const;
  // Asks for the cache lines of the next entry's neighbours ahead of the visit: lists lie all over
  // a large file.
  void PrefetchNeighbours(std::size_t list, std::span<const HistoryEntry> entries,
                          std::size_t next) const;
  // Fills scratch->accumulated; what a row's score has beside its global part is that times the
  // scale which is returned. A single block alone leaves its scale to the scan, as one pass less;
  // several, trend and prior are worked in here.
  const float* AccumulateLists(const FoldedHistory& folded, int notch,
                               RetrievalScratch* scratch) const;
  const std::uint64_t* EligibleWords(const RowSet& eligible, RetrievalScratch* scratch) const;

  const OperatorViews views_;
  const std::shared_ptr<const void> keepalive_;
  const std::size_t padded_rows_;  // to whole words of a bitmap
  const ItemIdTable ids_;
  const PopularityScales scales_;
  const TrendAndPrior crowd_;
  std::vector<Table> list_source_scales_;                        // [lists]
  std::vector<std::array<Table, kNotches>> list_target_scales_;  // [lists][notch]
  Table global_source_scales_ = nullptr;
  std::array<Table, kNotches> global_target_scales_{};
  Table unit_scales_ = nullptr;  // 1 everywhere
  // Row scale of the code · global weight · target scale (· trend's factor). Notches of equal
  // exponent share a table.
  std::array<Table, kNotches> scan_scales_{};
  std::array<Table, kNotches> scan_scales_with_trend_{};
  LargePageVector<float> scan_scale_tables_;
  std::vector<std::uint32_t> rows_by_trend_;
  std::unique_ptr<const ContentRelation> relation_;  // nullptr: what is new goes by the map
  std::unique_ptr<FusedScanIndex> index_;            // nullptr: no embeddings
  RoundedEmbeddings rounded_;                        // where there is an index
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_LINEAR_OPERATOR_H_
