// Items born after the training: their embeddings from content, their scores, and where those come
// from.
#include <algorithm>
#include <cmath>

#include "models/content_features.h"
#include "models/kernels/kernels.h"
#include "models/linear_operator.h"

namespace cofilter::models {
namespace {

// weight · drawn_from of the entry's row.
double DrawnFrom(const ForeignItem& item, const HistoryEntry& entry) {
  if (entry.row == HistoryEntry::kForeign || !(entry.weight > 0) || !std::isfinite(entry.weight)) {
    return 0;
  }
  const auto at = std::lower_bound(
      item.drawn_from.begin(), item.drawn_from.end(), entry.row,
      [](const WeightedRow& row, std::uint32_t wanted) { return row.row < wanted; });
  if (at == item.drawn_from.end() || at->row != entry.row) return 0;
  return static_cast<double>(entry.weight) * at->weight;
}

}  // namespace

std::optional<ForeignItem> LinearOperator::RelateContent(const ContentFeatures& features) const {
  ForeignItem item;
  if (relation_ != nullptr) {
    const FeatureVector weighed =
        WeighFeatures(HashFeatureGroups(features, relation_->buckets()), views_.content.idf,
                      views_.parameters.content.feature_weights);
    item = relation_->Draw(relation_->Resembling(weighed));
    if (!item.related()) return std::nullopt;
    return item;
  }
  std::optional<std::vector<float>> embedding = EmbedContent(features);
  if (!embedding.has_value()) return std::nullopt;
  item.embedding = *std::move(embedding);
  return item;
}

std::optional<std::vector<float>> LinearOperator::EmbedContent(
    const ContentFeatures& features) const {
  const ContentMapView& content = views_.content;
  const double gain = views_.parameters.content.gain;
  if (content.buckets == 0 || content.map.empty() || dim() == 0 || !(gain > 0)) return std::nullopt;

  std::vector<double> sum(dim());
  double squares = 0;
  for (const auto& [bucket, count] : HashFeatures(features, content.buckets)) {
    const double tf_idf = (1.0 + std::log(count)) * content.idf[bucket];
    if (tf_idf == 0) continue;  // never seen in training
    squares += tf_idf * tf_idf;
    const float* const row = content.map.data() + std::size_t{bucket} * dim();
    for (std::uint32_t d = 0; d < dim(); ++d) sum[d] += tf_idf * row[d];
  }
  if (!(squares > 0)) return std::nullopt;
  std::vector<float> embedding(dim());
  for (std::uint32_t d = 0; d < dim(); ++d) {
    const double value = gain * sum[d] / std::sqrt(squares);
    embedding[d] =
        static_cast<float>(std::clamp<double>(value, -kLargestMagnitude, kLargestMagnitude));
  }
  return embedding;
}

ContentProfile LinearOperator::ProfileOf(const ContentFeatures& features) const {
  const ContentMapView& content = views_.content;
  ContentProfile profile;
  double squares = 0;
  for (const auto& [bucket, count] :
       HashFeatures(features, content.buckets, Characters::kPairsOnly)) {
    const double tf_idf = (1.0 + std::log(count)) * content.idf[bucket];
    if (tf_idf == 0) continue;  // never seen in training
    squares += tf_idf * tf_idf;
    profile.emplace_back(bucket, static_cast<float>(tf_idf));
  }
  const auto length = static_cast<float>(std::sqrt(squares));
  for (auto& [bucket, value] : profile) value /= length;
  return profile;
}

double LinearOperator::ForeignTargetScale(int notch) const {
  return GlobalWeight(/*foreign_takes_part=*/true) *
         PopularityScale(views_.parameters.content.assumed_rel,
                         views_.parameters.global.target_exponent[notch]);
}

// The gain put it on the scale of notch 0; from there the dial moves it as it moves a trained item
// of the assumed popularity in the first block.
double LinearOperator::RelatedScale(int notch) const {
  const auto& exponents = views_.parameters.lists.empty()
                              ? views_.parameters.global.target_exponent
                              : views_.parameters.lists.front().target_exponent;
  return PopularityScale(views_.parameters.content.assumed_rel, exponents[notch] - exponents[0]);
}

double LinearOperator::ScoreForeign(const FoldedHistory& folded, int notch,
                                    const ForeignItem& item) const {
  if (item.related()) {
    double sum = 0;
    for (const HistoryEntry& entry : folded.entries) sum += DrawnFrom(item, entry);
    return RelatedScale(notch) * sum;
  }
  const std::span<const float> embedding = item.embedding;
  if (embedding.size() != dim() || folded.exact_query.size() != dim()) return 0;
  return ForeignTargetScale(notch) *
         kernels::Best().dot_exact(embedding.data(), folded.exact_query.data(), dim());
}

void LinearOperator::ForeignContributions(const FoldedHistory& folded, int notch,
                                          const ForeignItem& item, std::vector<double>* out) const {
  out->assign(folded.given, 0.0);
  if (item.related()) {
    const double scale = RelatedScale(notch);
    for (std::size_t e = 0; e < folded.entries.size(); ++e) {
      (*out)[folded.owners[e]] += scale * DrawnFrom(item, folded.entries[e]);
    }
    return;
  }
  const std::span<const float> embedding = item.embedding;
  if (embedding.size() != dim()) return;
  const double scale = ForeignTargetScale(notch);
  std::vector<double> weighted(dim());
  for (std::size_t e = 0; e < folded.entries.size(); ++e) {
    const double factor = QueryFactor(folded.entries[e]) * GainToForeign(folded.entries[e]);
    if (factor == 0) continue;
    const std::span<const float> own = EmbeddingOf(folded.entries[e]);
    for (std::uint32_t d = 0; d < dim(); ++d) weighted[d] = factor * own[d];
    (*out)[folded.owners[e]] +=
        scale * kernels::Best().dot_exact(embedding.data(), weighted.data(), dim());
  }
}

}  // namespace cofilter::models
