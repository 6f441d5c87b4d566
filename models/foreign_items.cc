// Items born after the training: their embeddings from content, their scores, and where those come
// from.
#include <algorithm>
#include <cmath>

#include "models/content_features.h"
#include "models/kernels/kernels.h"
#include "models/linear_operator.h"

namespace cofilter::models {

std::optional<std::vector<float>> LinearOperator::EmbedContent(
    const ContentFeatures& features) const {
  const ContentMapView& content = views_.content;
  const double gain = views_.parameters.content.gain;
  if (content.buckets == 0 || dim() == 0 || !(gain > 0)) return std::nullopt;

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

double LinearOperator::ScoreForeign(const FoldedHistory& folded, int notch,
                                    std::span<const float> embedding) const {
  if (embedding.size() != dim() || folded.exact_query.size() != dim()) return 0;
  return ForeignTargetScale(notch) *
         kernels::Best().dot_exact(embedding.data(), folded.exact_query.data(), dim());
}

void LinearOperator::ForeignContributions(const FoldedHistory& folded, int notch,
                                          std::span<const float> embedding,
                                          std::vector<double>* out) const {
  out->assign(folded.entries.size(), 0.0);
  if (embedding.size() != dim()) return;
  const double scale = ForeignTargetScale(notch);
  std::vector<double> weighted(dim());
  for (std::size_t e = 0; e < folded.entries.size(); ++e) {
    const double factor = QueryFactor(folded.entries[e]) * GainToForeign(folded.entries[e]);
    if (factor == 0) continue;
    const std::span<const float> own = EmbeddingOf(folded.entries[e]);
    for (std::uint32_t d = 0; d < dim(); ++d) weighted[d] = factor * own[d];
    (*out)[e] = scale * kernels::Best().dot_exact(embedding.data(), weighted.data(), dim());
  }
}

}  // namespace cofilter::models
