// Example operators and the dense reference.
#include "tests/models/operator_examples.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <set>

namespace cofilter::models {
namespace {

// std::uniform_real_distribution may differ from one library to the next; this does not.
double Uniform(std::mt19937& random) { return random() / 4294967296.0; }
float Signed(std::mt19937& random) { return static_cast<float>(2 * Uniform(random) - 1); }

std::string ItemId(std::uint32_t row) {
  char id[16];
  std::snprintf(id, sizeof id, "item-%06u", row);
  return id;
}

double Dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += static_cast<double>(a[d]) * b[d];
  return sum;
}

}  // namespace

OperatorArrays MakeExample(const ExampleShape& shape) {
  std::mt19937 random(shape.seed);
  OperatorArrays arrays;
  arrays.name = "example";
  arrays.members = 1000;
  arrays.interactions = 5000;
  OperatorParameters& p = arrays.parameters;
  for (int b = 0; b < shape.lists; ++b) {
    ListBlockParameters list;
    list.kind = static_cast<ListKind>(b + 1);
    list.weight = b == 0 ? 1 : shape.later_weight;
    list.source_exponent = 0.65 - 0.3 * b;
    for (int notch = 0; notch < kNotches; ++notch) {
      list.target_exponent[notch] = -0.1 + 0.06 * notch + 0.1 * b;
    }
    p.lists.push_back(list);
  }
  p.global.weight = shape.global_weight;
  p.global.source_exponent = 0.5;
  for (int notch = 0; notch < kNotches; ++notch) {
    p.global.target_exponent[notch] = -0.4 + 0.07 * notch;
  }
  p.content.gain = shape.buckets > 0 ? 2.5 : 0;
  p.content.assumed_rel = 0.2;

  arrays.dim = shape.dim;
  for (std::uint32_t row = 0; row < shape.items; ++row) {
    arrays.item_ids.push_back(ItemId(row));
    arrays.degrees.push_back(row % 17 == 5 ? 0.0f : std::floor(200.0f / (1 + random() % 100)));
    arrays.trend.push_back(arrays.degrees.back() * static_cast<float>(Uniform(random)));
    for (std::uint32_t d = 0; d < shape.dim; ++d) arrays.embeddings.push_back(Signed(random));
  }
  for (int b = 0; b < shape.lists; ++b) {
    ListBlockArrays list;
    list.offsets.push_back(0);
    for (std::uint32_t row = 0; row < shape.items; ++row) {
      std::set<std::uint32_t> targets;
      for (std::uint32_t k = 0; k < shape.neighbours; ++k) {
        const std::uint32_t target = random() % shape.items;
        if (target != row) targets.insert(target);
      }
      for (const std::uint32_t target : targets) {
        list.targets.push_back(target);
        list.values.push_back(b == 0 ? std::fabs(Signed(random)) : Signed(random));
      }
      list.offsets.push_back(list.targets.size());
    }
    arrays.lists.push_back(std::move(list));
  }
  arrays.content.buckets = shape.buckets;
  for (std::uint32_t bucket = 0; bucket < shape.buckets; ++bucket) {
    arrays.content.idf.push_back(static_cast<float>(1 + Uniform(random)));
    for (std::uint32_t d = 0; d < shape.dim; ++d) arrays.content.map.push_back(Signed(random));
  }
  return arrays;
}

OperatorArrays MakeTwoCommunities(std::uint32_t items) {
  OperatorArrays arrays;
  arrays.name = "communities";
  arrays.parameters.lists.resize(1);
  arrays.parameters.global.weight = 0.5;
  arrays.dim = 2;
  ListBlockArrays list;
  list.offsets.push_back(0);
  for (std::uint32_t row = 0; row < items; ++row) {
    const bool second = row >= items / 2;
    arrays.item_ids.push_back(ItemId(row));
    arrays.degrees.push_back(10);
    arrays.embeddings.push_back(second ? 0.0f : 1.0f);
    arrays.embeddings.push_back(second ? 1.0f : 0.0f);
    for (std::uint32_t step = 1; step <= 5; ++step) {
      const std::uint32_t first = second ? items / 2 : 0;
      const std::uint32_t size = second ? items - items / 2 : items / 2;
      const std::uint32_t target = first + (row - first + step) % size;
      list.targets.push_back(target);
    }
    std::sort(list.targets.end() - 5, list.targets.end());
    list.values.insert(list.values.end(), 5, 1.0f);
    list.offsets.push_back(list.targets.size());
  }
  arrays.trend = arrays.degrees;
  arrays.lists.push_back(std::move(list));
  return arrays;
}

std::vector<HistoryEntry> MakeHistory(const OperatorArrays& arrays, std::size_t n,
                                      std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<HistoryEntry> history;
  std::set<std::uint32_t> taken;
  while (history.size() < n) {
    const std::uint32_t row = random() % static_cast<std::uint32_t>(arrays.item_ids.size());
    if (!taken.insert(row).second) continue;
    history.push_back({row, static_cast<float>(0.2 + 0.8 * Uniform(random)), {}});
  }
  return history;
}

std::vector<float> MakeEmbedding(std::uint32_t dim, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> embedding(dim);
  for (float& value : embedding) value = Signed(random);
  return embedding;
}

double DenseReference::Rel(std::uint32_t row) const {
  double sum = 0;
  for (const float degree : arrays_.degrees) sum += degree;
  if (sum == 0) return 1;
  return std::max(1.0, static_cast<double>(arrays_.degrees[row])) /
         (sum / static_cast<double>(arrays_.degrees.size()));
}

std::span<const float> DenseReference::EmbeddingOf(const HistoryEntry& entry) const {
  if (entry.row == HistoryEntry::kForeign) return entry.foreign->embedding;
  return std::span(arrays_.embeddings).subspan(std::size_t{entry.row} * arrays_.dim, arrays_.dim);
}

double DenseReference::SourceRel(const HistoryEntry& entry) const {
  return entry.row == HistoryEntry::kForeign ? arrays_.parameters.content.assumed_rel
                                             : Rel(entry.row);
}

double DenseReference::ToRow(const HistoryEntry& entry, int notch, std::uint32_t row) const {
  const OperatorParameters& p = arrays_.parameters;
  const bool foreign = entry.row == HistoryEntry::kForeign;
  double sum = 0;
  for (std::size_t b = 0; b < arrays_.lists.size() && !foreign; ++b) {
    const ListBlockArrays& list = arrays_.lists[b];
    for (auto at = list.offsets[entry.row]; at < list.offsets[entry.row + 1]; ++at) {
      if (list.targets[at] != row) continue;
      sum += p.lists[b].weight * std::pow(Rel(row), -p.lists[b].target_exponent[notch]) *
             entry.weight * std::pow(Rel(entry.row), -p.lists[b].source_exponent) * list.values[at];
    }
  }
  const double weight = p.global.weight == 0 && foreign ? 1.0 : p.global.weight;
  if (arrays_.dim == 0 || weight == 0) return sum;
  const auto own =
      std::span(arrays_.embeddings).subspan(std::size_t{row} * arrays_.dim, arrays_.dim);
  return sum + weight * std::pow(Rel(row), -p.global.target_exponent[notch]) * entry.weight *
                   std::pow(SourceRel(entry), -p.global.source_exponent) *
                   Dot(own, EmbeddingOf(entry));
}

double DenseReference::ToForeign(const HistoryEntry& entry, int notch,
                                 std::span<const float> embedding) const {
  const OperatorParameters& p = arrays_.parameters;
  const double weight = p.global.weight == 0 ? 1.0 : p.global.weight;
  // Both embeddings hold the gain, and it counts once.
  const bool foreign = entry.row == HistoryEntry::kForeign;
  const double once = foreign && p.content.gain > 0 ? 1 / p.content.gain : 1;
  return once * weight * std::pow(p.content.assumed_rel, -p.global.target_exponent[notch]) *
         entry.weight * std::pow(SourceRel(entry), -p.global.source_exponent) *
         Dot(embedding, EmbeddingOf(entry));
}

double DenseReference::Score(std::span<const HistoryEntry> history, int notch,
                             std::uint32_t row) const {
  double sum = 0;
  for (const HistoryEntry& entry : history) sum += ToRow(entry, notch, row);
  return sum;
}

}  // namespace cofilter::models
