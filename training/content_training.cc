// Text features of the catalogue, the map to embeddings, and the gain that puts it on the
// operator's scale.
#include "training/content_training.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "models/content_features.h"
#include "models/operator.h"
#include "training/feature_regression.h"
#include "training/interaction_matrix.h"
#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

constexpr float kConfidenceHalf = 5;       // readers at which an embedding counts half
constexpr std::size_t kHeldOutShare = 10;  // one item in so many
constexpr std::size_t kCalibrationPairs = 4000;
constexpr std::size_t kLeastPairs = 20;
constexpr std::size_t kLeastItems = 5;
constexpr double kLargestGain = 1e6;

struct TextRows {
  std::vector<std::uint32_t> rows;  // of the operator, ascending
  std::vector<SparseFeatures> features;
};

std::vector<std::pair<std::uint32_t, float>> HashItem(const data::Item& item,
                                                      std::uint32_t buckets) {
  models::ContentFeatures features;
  features.title = item.title;
  features.summary = item.summary;
  features.topics.assign(item.topics.begin(), item.topics.end());
  features.publisher = item.publisher;
  return models::HashFeatures(features, buckets);
}

TextRows HashCatalogue(const models::OperatorArrays& arrays, std::span<const data::Item> catalogue,
                       std::uint32_t buckets, runtime::ThreadPool* pool) {
  std::vector<std::pair<std::uint32_t, const data::Item*>> known;
  for (const data::Item& item : catalogue) {
    const auto at = std::lower_bound(arrays.item_ids.begin(), arrays.item_ids.end(), item.item_id);
    if (at == arrays.item_ids.end() || *at != item.item_id) continue;
    known.emplace_back(static_cast<std::uint32_t>(at - arrays.item_ids.begin()), &item);
  }
  // Of an item that the catalogue has twice, the later line is the newer one.
  std::stable_sort(known.begin(), known.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<SparseFeatures> hashed(known.size());
  pool->ParallelFor(known.size(), 256, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) hashed[i] = HashItem(*known[i].second, buckets);
  });
  TextRows text;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i + 1 < known.size() && known[i + 1].first == known[i].first) continue;
    if (hashed[i].empty()) continue;
    text.rows.push_back(known[i].first);
    text.features.push_back(std::move(hashed[i]));
  }
  return text;
}

std::vector<float> InverseDocumentFrequency(const std::vector<SparseFeatures>& features,
                                            std::uint32_t buckets) {
  std::vector<std::uint32_t> documents(buckets, 0);
  for (const SparseFeatures& row : features) {
    for (const auto& [bucket, count] : row) ++documents[bucket];
  }
  std::vector<float> idf(buckets, 0);
  for (std::uint32_t b = 0; b < buckets; ++b) {
    if (documents[b] == 0) continue;
    // The 1 keeps a bucket that every item has from vanishing, which would leave a catalogue of one
    // item mute.
    idf[b] = static_cast<float>(
        1 + std::log(static_cast<double>(features.size()) / static_cast<double>(documents[b])));
  }
  return idf;
}

void WeighByIdf(const std::vector<float>& idf, std::vector<SparseFeatures>* features) {
  for (SparseFeatures& row : *features) {
    double squares = 0;
    for (auto& [bucket, value] : row) {
      value = static_cast<float>((1.0 + std::log(value)) * idf[bucket]);
      squares += static_cast<double>(value) * value;
    }
    for (auto& [bucket, value] : row) value = static_cast<float>(value / std::sqrt(squares));
  }
}

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

// Fits the map on some of the text rows.
TallMatrix FitMap(const models::OperatorArrays& arrays, const TextRows& text,
                  std::span<const std::uint32_t> chosen, const TallMatrix& targets,
                  const ContentTrainingSettings& settings, runtime::ThreadPool* pool) {
  std::vector<SparseFeatures> features;
  std::vector<float> confidence;
  TallMatrix y(static_cast<Eigen::Index>(chosen.size()), targets.cols());
  for (std::size_t r = 0; r < chosen.size(); ++r) {
    const float degree = arrays.degrees[text.rows[chosen[r]]];
    features.push_back(text.features[chosen[r]]);
    confidence.push_back(degree / (degree + kConfidenceHalf));
    y.row(static_cast<Eigen::Index>(r)) = targets.row(chosen[r]);
  }
  return SolveFeatureRegression(features, confidence, y, settings.buckets, settings.lambda,
                                settings.iterations, pool);
}

struct Calibration {
  double operator_sum = 0;
  double content_sum = 0;
  std::size_t pairs = 0;
};

// Sums of both scores over pairs of a member and one of the `chosen` text rows that the member has.
Calibration Calibrate(const models::Operator& model, const models::OperatorParameters& parameters,
                      const data::Dataset& dataset, const TextRows& text,
                      std::span<const std::uint32_t> chosen, const TallMatrix& map,
                      double assumed_rel, std::uint64_t seed) {
  std::vector<std::int64_t> text_of(model.items(), -1);
  for (const std::uint32_t at : chosen) text_of[text.rows[at]] = at;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  // member, place in the history
  for (std::uint32_t m = 0; m < dataset.members(); ++m) {
    const auto history = dataset.of(m);
    for (std::uint32_t h = 0; h < history.size() && history.size() >= 2; ++h) {
      if (text_of[history[h].item] >= 0) pairs.emplace_back(m, h);
    }
  }
  const double g = parameters.global.weight > 0 ? parameters.global.weight : 1;
  const double scale = g * std::pow(assumed_rel, -parameters.global.target_exponent[0]);
  const models::RetrievalScratchPtr scratch = models::MakeRetrievalScratch();
  Calibration sums;
  for (const std::uint32_t at : SampleRows(pairs.size(), kCalibrationPairs, seed)) {
    const auto [member, place] = pairs[at];
    const auto history = dataset.of(member);
    std::vector<models::HistoryEntry> entries;
    for (std::size_t h = 0; h < history.size(); ++h) {
      if (h != place) entries.push_back({history[h].item, history[h].weight, {}});
    }
    const models::FoldedHistory folded = model.Fold(entries);
    const std::uint32_t row = history[place].item;
    std::vector<models::RowScore> scores;
    model.Score(folded, 0, {&row, 1}, scratch.get(), &scores);
    Eigen::VectorXf embedding = Eigen::VectorXf::Zero(map.cols());
    for (const auto& [bucket, value] : text.features[static_cast<std::size_t>(text_of[row])]) {
      embedding += value * map.row(bucket).transpose();
    }
    double product = 0;
    for (Eigen::Index d = 0; d < embedding.size(); ++d) {
      product +=
          static_cast<double>(embedding[d]) * folded.exact_query[static_cast<std::size_t>(d)];
    }
    sums.operator_sum += scores[0].total();
    sums.content_sum += scale * product;
    ++sums.pairs;
  }
  return sums;
}

}  // namespace

ContentTraining TrainContent(const models::OperatorArrays& arrays, const data::Dataset& dataset,
                             std::span<const data::Item> catalogue,
                             const ContentTrainingSettings& settings, runtime::ThreadPool* pool) {
  ContentTraining result;
  result.parameters.assumed_rel = MedianTailRel(arrays);
  if (settings.buckets == 0 || catalogue.empty()) {
    result.why =
        settings.buckets == 0 ? "switched off" : "no items were given: no text to learn from";
    return result;
  }
  if (arrays.dim == 0) {
    result.why = "the operator has no embeddings to map to";
    return result;
  }
  TextRows text = HashCatalogue(arrays, catalogue, settings.buckets, pool);
  result.items_with_text = text.rows.size();
  if (text.rows.size() < kLeastItems) {
    result.why = absl::StrCat("only ", text.rows.size(),
                              " items have both text and interactions; it takes ", kLeastItems);
    return result;
  }
  std::vector<float> idf = InverseDocumentFrequency(text.features, settings.buckets);
  WeighByIdf(idf, &text.features);

  const Eigen::Map<const TallMatrix> embeddings(
      arrays.embeddings.data(), static_cast<Eigen::Index>(arrays.item_ids.size()), arrays.dim);
  double degree_sum = 0;
  for (const float degree : arrays.degrees) degree_sum += degree;
  const double mean = degree_sum > 0 ? degree_sum / static_cast<double>(arrays.degrees.size()) : 1;
  TallMatrix targets(static_cast<Eigen::Index>(text.rows.size()), arrays.dim);
  for (std::size_t r = 0; r < text.rows.size(); ++r) {
    const double rel = std::max(1.0, static_cast<double>(arrays.degrees[text.rows[r]])) / mean;
    targets.row(static_cast<Eigen::Index>(r)) =
        static_cast<float>(std::sqrt(result.parameters.assumed_rel / rel)) *
        embeddings.row(text.rows[r]);
  }

  std::vector<std::uint32_t> all(text.rows.size());
  for (std::uint32_t r = 0; r < all.size(); ++r) all[r] = r;
  const std::vector<std::uint32_t> held =
      SampleRows(all.size(), std::max<std::size_t>(1, all.size() / kHeldOutShare), settings.seed);
  std::vector<std::uint32_t> kept;
  std::set_difference(all.begin(), all.end(), held.begin(), held.end(), std::back_inserter(kept));

  absl::StatusOr<std::unique_ptr<const models::Operator>> model =
      models::Operator::FromArrays(arrays);
  if (!model.ok()) {
    result.why = absl::StrCat("the operator does not hold together: ", model.status().message());
    return result;
  }
  const auto calibrate = [&](std::span<const std::uint32_t> chosen, const TallMatrix& map) {
    return Calibrate(**model, arrays.parameters, dataset, text, chosen, map,
                     result.parameters.assumed_rel, settings.seed);
  };
  Calibration sums = calibrate(held, FitMap(arrays, text, kept, targets, settings, pool));
  const TallMatrix map = FitMap(arrays, text, all, targets, settings, pool);
  const char* over = "held-out items";
  if (sums.pairs < kLeastPairs || sums.content_sum <= 0 || sums.operator_sum <= 0) {
    // Too few items to hold any out: what the final map says of its own items.
    sums = calibrate(all, map);
    over = "items of the map itself";
  }
  result.calibration_pairs = sums.pairs;
  if (sums.pairs == 0 || sums.content_sum <= 0 || sums.operator_sum <= 0) {
    result.why =
        absl::StrCat("the text does not tell who reads what (", sums.pairs, " pairs looked at)");
    return result;
  }
  result.parameters.gain = std::min(kLargestGain, sums.operator_sum / sums.content_sum);
  result.content.buckets = settings.buckets;
  result.content.idf = std::move(idf);
  result.content.map.assign(map.data(), map.data() + map.size());
  result.why = absl::StrCat("gain from ", sums.pairs, " pairs of ", over);
  return result;
}

}  // namespace cofilter::training
