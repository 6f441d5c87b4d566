// Text features of the catalogue, the choice of how they are weighed, and the gain that puts
// content on the operator's scale.
#include "training/content_training.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "models/operator.h"
#include "training/content_choice.h"
#include "training/content_neighbours.h"
#include "training/content_text.h"
#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kCalibrationPairs = 4000;
constexpr std::size_t kLeastPairs = 20;
constexpr std::size_t kLeastItems = 5;
constexpr double kLargestGain = 1e6;

double MedianTailRel(const models::OperatorArrays& arrays) {
  std::vector<std::uint32_t> degrees(arrays.degrees.begin(), arrays.degrees.end());
  const std::vector<data::Band> bands = data::PopularityBands(degrees, arrays.item_ids);
  std::vector<double> tail;
  double sum = 0;
  for (std::size_t i = 0; i < degrees.size(); ++i) {
    sum += degrees[i];
    if (bands[i] == data::Band::kTail)
      tail.push_back(std::max(1.0, static_cast<double>(degrees[i])));
  }
  if (tail.empty() || sum <= 0) return 1;
  const auto middle = tail.begin() + static_cast<std::ptrdiff_t>(tail.size() / 2);
  std::nth_element(tail.begin(), middle, tail.end());
  return *middle / (sum / static_cast<double>(degrees.size()));
}

struct Calibration {
  double operator_sum = 0;
  double content_sum = 0;
  std::size_t pairs = 0;

  bool holds() const { return pairs > 0 && content_sum > 0 && operator_sum > 0; }
};

// What a calibration is taken over.
struct Content {
  const TextRows& text;
  std::span<const std::uint32_t> known;   // places that the relation may know
  std::span<const std::uint32_t> judged;  // places whose items are scored both ways
};

class Calibrator {
 public:
  Calibrator(const models::Operator& model, const data::Dataset& dataset,
             const models::ListBlockArrays& near, std::uint32_t buckets, std::uint64_t seed,
             runtime::ThreadPool* pool)
      : model_(model),
        dataset_(dataset),
        near_(near),
        buckets_(buckets),
        seed_(seed),
        pool_(pool) {}

  // Sums of both scores over pairs of a member and a judged item that the member has.
  Calibration Sums(const Content& content, models::ContentParameters parameters) const {
    parameters.gain = 1;
    const std::vector<float> idf = InverseDocumentFrequency(content.text, content.known, buckets_);
    const models::ContentRelationArrays arrays =
        WeighRows(content.text, content.known, idf, parameters.feature_weights, model_.items());
    const models::ContentRelation relation({arrays.offsets,
                                            arrays.buckets,
                                            arrays.values,
                                            {near_.offsets, near_.targets, near_.values}},
                                           idf, parameters);
    const auto resembling = ResemblingOf(relation, content.text, content.judged, idf,
                                         parameters.feature_weights, pool_);
    std::vector<std::uint32_t> judged_of(model_.items(), 0);  // place among the judged + 1
    for (std::uint32_t i = 0; i < content.judged.size(); ++i) {
      judged_of[content.text.rows[content.judged[i]]] = i + 1;
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  // member, place in the history
    for (std::uint32_t m = 0; m < dataset_.members(); ++m) {
      const auto history = dataset_.of(m);
      for (std::uint32_t h = 0; h < history.size() && history.size() >= 2; ++h) {
        if (judged_of[history[h].item] != 0) pairs.emplace_back(m, h);
      }
    }
    const models::RetrievalScratchPtr scratch = models::MakeRetrievalScratch();
    Calibration sums;
    for (const std::uint32_t at : SampleRows(pairs.size(), kCalibrationPairs, seed_)) {
      const auto [member, place] = pairs[at];
      const auto history = dataset_.of(member);
      std::vector<models::HistoryEntry> entries;
      for (std::size_t h = 0; h < history.size(); ++h) {
        if (h != place) entries.push_back({history[h].item, history[h].weight, nullptr});
      }
      const models::FoldedHistory folded = model_.Fold(entries);
      const std::uint32_t row = history[place].item;
      std::vector<models::RowScore> scores;
      model_.Score(folded, 0, {&row, 1}, scratch.get(), &scores);
      sums.operator_sum += scores[0].personal();
      const models::ForeignItem item = relation.Draw(resembling[judged_of[row] - 1]);
      if (item.related()) sums.content_sum += model_.ScoreForeign(folded, 0, item);
      ++sums.pairs;
    }
    return sums;
  }

 private:
  const models::Operator& model_;
  const data::Dataset& dataset_;
  const models::ListBlockArrays& near_;
  const std::uint32_t buckets_;
  const std::uint64_t seed_;
  runtime::ThreadPool* const pool_;
};

}  // namespace

ContentTraining TrainContent(const models::OperatorArrays& arrays, const data::Dataset& dataset,
                             std::span<const data::Item> catalogue,
                             const ContentTrainingSettings& settings, runtime::ThreadPool* pool) {
  ContentTraining result;
  result.parameters.assumed_rel = MedianTailRel(arrays);
  if (settings.ridge > 0) result.parameters.ridge = settings.ridge;
  if (settings.buckets == 0 || catalogue.empty()) {
    result.why =
        settings.buckets == 0 ? "switched off" : "no items were given: no text to learn from";
    return result;
  }
  const TextRows text = HashCatalogue(arrays.item_ids, catalogue, settings.buckets, pool);
  result.items_with_text = text.rows.size();
  if (text.rows.size() < kLeastItems) {
    result.why = absl::StrCat("only ", text.rows.size(),
                              " items have both text and interactions; it takes ", kLeastItems);
    return result;
  }
  absl::StatusOr<std::unique_ptr<const models::Operator>> model =
      models::Operator::FromArrays(arrays);
  if (!model.ok()) {
    result.why = absl::StrCat("the operator does not hold together: ", model.status().message());
    return result;
  }
  const models::ListBlockArrays neighbours =
      TrainContentNeighbours(arrays, dataset, settings.pair_limit, pool);
  models::ListBlockArrays near = Transposed(neighbours);
  const HeldOutItems items(text, dataset, neighbours, settings.seed);
  if (settings.search && items.members() >= kLeastPairs) {
    ChooseContent(items, text, arrays.item_ids.size(), settings.buckets, settings.ridge, pool,
                  &result);
  }

  const Calibrator calibrator(**model, dataset, near, settings.buckets, settings.seed, pool);
  Calibration sums = calibrator.Sums({text, items.kept(), items.held()}, result.parameters);
  std::vector<std::uint32_t> all(text.rows.size());
  for (std::uint32_t place = 0; place < all.size(); ++place) all[place] = place;
  const char* over = "held-out items";
  if (sums.pairs < kLeastPairs || !sums.holds()) {
    // Too few items to hold any out: what the whole relation says of its own items.
    sums = calibrator.Sums({text, all, all}, result.parameters);
    over = "items of the relation itself";
  }
  result.calibration_pairs = sums.pairs;
  if (!sums.holds()) {
    result.why =
        absl::StrCat("the text does not tell who reads what (", sums.pairs, " pairs looked at)");
    return result;
  }
  result.parameters.gain = std::min(kLargestGain, sums.operator_sum / sums.content_sum);
  result.content.buckets = settings.buckets;
  result.content.idf = InverseDocumentFrequency(text, all, settings.buckets);
  result.relation = WeighRows(text, all, result.content.idf, result.parameters.feature_weights,
                              arrays.item_ids.size());
  result.relation.near = std::move(near);
  result.why = absl::StrCat("gain from ", sums.pairs, " pairs of ", over);
  return result;
}

}  // namespace cofilter::training
