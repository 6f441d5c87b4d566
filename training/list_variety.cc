// Pairs by topics, sums of unit vectors.
#include "training/list_variety.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cofilter::training {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

double SharedTopics(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
  std::size_t shared = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    shared += a[i] == b[j];
    const bool first = a[i] <= b[j];
    const bool second = b[j] <= a[i];
    i += first;
    j += second;
  }
  return static_cast<double>(shared) / static_cast<double>(a.size() + b.size() - shared);
}

// |Σ u|² = n + 2 Σ over pairs of u·v for unit vectors u: no pair needs to be looked at.
double MeanCosine(std::span<const std::uint32_t> list, const ItemFacets& facets) {
  std::vector<double> sum;
  double compared = 0;
  for (const std::uint32_t row : list) {
    if (!(facets.lengths[row] > 0)) continue;
    const std::span<const float> embedding = facets.embeddings[row];
    sum.resize(embedding.size());
    for (std::size_t d = 0; d < embedding.size(); ++d) sum[d] += embedding[d] / facets.lengths[row];
    compared += 1;
  }
  if (compared < 2) return kUndefined;
  double square = 0;
  for (const double part : sum) square += part * part;
  return (square - compared) / (compared * (compared - 1));
}

}  // namespace

ItemFacets MakeItemFacets(const data::Dataset& dataset, std::span<const data::Item> catalogue,
                          const models::Operator* op) {
  ItemFacets facets;
  facets.topics.resize(dataset.items());
  facets.embeddings.resize(dataset.items());
  facets.lengths.assign(dataset.items(), 0);
  std::unordered_map<std::string_view, const data::Item*> by_id;
  for (const data::Item& item : catalogue) by_id.emplace(item.item_id, &item);
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  for (std::size_t row = 0; row < dataset.items(); ++row) {
    if (const auto found = by_id.find(dataset.item_ids[row]); found != by_id.end()) {
      std::vector<std::uint32_t>& topics = facets.topics[row];
      for (const std::string& topic : found->second->topics) {
        const auto next = static_cast<std::uint32_t>(numbers.size());
        topics.push_back(numbers.emplace(topic, next).first->second);
      }
      std::sort(topics.begin(), topics.end());
      topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
      facets.has_topics = facets.has_topics || !topics.empty();
    }
    if (op == nullptr) continue;
    if (const std::optional<std::uint32_t> known = op->FindRow(dataset.item_ids[row])) {
      facets.embeddings[row] = op->embedding(*known);
      double square = 0;
      for (const float part : facets.embeddings[row]) square += static_cast<double>(part) * part;
      facets.lengths[row] = std::sqrt(square);
    }
  }
  return facets;
}

VarietyMeasures MeasureVariety(std::span<const std::uint32_t> list, const ItemFacets& facets,
                               std::size_t k) {
  list = list.first(std::min(k, list.size()));
  VarietyMeasures measures;
  measures.embedding_similarity = MeanCosine(list, facets);
  std::map<std::uint32_t, std::size_t> places;
  double similarity = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::vector<std::uint32_t>& topics = facets.topics[list[i]];
    for (const std::uint32_t topic : topics) ++places[topic];
    for (std::size_t j = 0; j < i && !topics.empty(); ++j) {
      const std::vector<std::uint32_t>& others = facets.topics[list[j]];
      if (others.empty()) continue;
      similarity += SharedTopics(topics, others);
      pairs += 1;
    }
  }
  measures.topic_similarity = pairs > 0 ? similarity / pairs : kUndefined;
  measures.topics = measures.largest_topic = kUndefined;
  if (places.empty()) return measures;
  measures.topics = static_cast<double>(places.size());
  std::size_t most = 0;
  for (const auto& [topic, count] : places) {
    most = std::max(most, count);
    if (count == list.size()) measures.everywhere.push_back(topic);
  }
  measures.largest_topic = static_cast<double>(most) / static_cast<double>(list.size());
  return measures;
}

}  // namespace cofilter::training
