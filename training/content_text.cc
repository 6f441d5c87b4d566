// Hashes and weighs.
#include "training/content_text.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cofilter::training {
namespace {

std::vector<models::HashedFeature> HashItem(const data::Item& item, std::uint32_t buckets) {
  models::ContentFeatures features;
  features.title = item.title;
  features.summary = item.summary;
  features.topics.assign(item.topics.begin(), item.topics.end());
  features.publisher = item.publisher;
  return models::HashFeatureGroups(features, buckets);
}

}  // namespace

TextRows HashCatalogue(std::span<const std::string> item_ids, std::span<const data::Item> catalogue,
                       std::uint32_t buckets, runtime::ThreadPool* pool) {
  std::vector<std::pair<std::uint32_t, const data::Item*>> known;
  for (const data::Item& item : catalogue) {
    const auto at = std::lower_bound(item_ids.begin(), item_ids.end(), item.item_id);
    if (at == item_ids.end() || *at != item.item_id) continue;
    known.emplace_back(static_cast<std::uint32_t>(at - item_ids.begin()), &item);
  }
  std::stable_sort(known.begin(), known.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::vector<models::HashedFeature>> hashed(known.size());
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

std::vector<float> InverseDocumentFrequency(const TextRows& text,
                                            std::span<const std::uint32_t> chosen,
                                            std::uint32_t buckets) {
  std::vector<std::uint32_t> documents(buckets, 0);
  for (const std::uint32_t place : chosen) {
    std::uint32_t last = buckets;
    for (const models::HashedFeature& feature : text.features[place]) {
      if (feature.bucket != last) ++documents[feature.bucket];
      last = feature.bucket;
    }
  }
  std::vector<float> idf(buckets, 0);
  for (std::uint32_t b = 0; b < buckets; ++b) {
    if (documents[b] == 0) continue;
    // The 1 keeps a bucket that every item has from vanishing, which would leave a catalogue of one
    // item mute.
    idf[b] = static_cast<float>(
        1 + std::log(static_cast<double>(chosen.size()) / static_cast<double>(documents[b])));
  }
  return idf;
}

models::ContentRelationArrays WeighRows(const TextRows& text, std::span<const std::uint32_t> chosen,
                                        std::span<const float> idf,
                                        const models::FeatureWeights& weights, std::size_t items) {
  models::ContentRelationArrays relation;
  relation.offsets.assign(1, 0);
  for (const std::uint32_t place : chosen) {
    relation.offsets.resize(text.rows[place] + std::size_t{1}, relation.buckets.size());
    for (const auto& [bucket, value] : models::WeighFeatures(text.features[place], idf, weights)) {
      relation.buckets.push_back(bucket);
      relation.values.push_back(value);
    }
    relation.offsets.push_back(relation.buckets.size());
  }
  relation.offsets.resize(items + 1, relation.buckets.size());
  return relation;
}

}  // namespace cofilter::training
