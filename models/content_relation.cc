// Inverted features, a small ridge by conjugate gradient, one step along who reads both.
#include "models/content_relation.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

namespace cofilter::models {
namespace {

constexpr int kIterations = 12;
constexpr double kTolerance = 1e-3;  // of the residual's start
// A feature of more items than this (or a twentieth of all) finds nobody: it is a stop word. It
// still counts between the items that others have found.
constexpr std::size_t kRareEnough = 1000;

// The features of the nearest items with buckets renumbered, so that products need no search.
class NearestFeatures {
 public:
  NearestFeatures(const ContentRelationView& view, std::span<const WeightedRow> rows,
                  std::size_t buckets) {
    // Bucket → column + 1, all 0 between calls: some hundred thousand look-ups are most of the cost
    // of a relation, and a table answers them at once.
    thread_local std::vector<std::uint32_t> column_of;
    if (column_of.size() < buckets) column_of.resize(buckets, 0);
    std::vector<std::uint32_t> used;
    offsets_.push_back(0);
    for (const WeightedRow& row : rows) {
      for (std::uint64_t at = view.offsets[row.row]; at < view.offsets[row.row + 1]; ++at) {
        std::uint32_t& column = column_of[view.buckets[at]];
        if (column == 0) {
          used.push_back(view.buckets[at]);
          column = static_cast<std::uint32_t>(used.size());
        }
        entries_.push_back({column - 1, view.values[at]});
      }
      offsets_.push_back(entries_.size());
    }
    by_column_.resize(used.size());
    for (const std::uint32_t bucket : used) column_of[bucket] = 0;
  }

  std::size_t rows() const { return offsets_.size() - 1; }

  // to = X Xᵀ from + λ from.
  void Apply(const std::vector<double>& from, double lambda, std::vector<double>* to) {
    std::fill(by_column_.begin(), by_column_.end(), 0.0);
    for (std::size_t row = 0; row < rows(); ++row) {
      for (std::size_t at = offsets_[row]; at < offsets_[row + 1]; ++at) {
        by_column_[entries_[at].column] += from[row] * entries_[at].value;
      }
    }
    for (std::size_t row = 0; row < rows(); ++row) {
      double sum = lambda * from[row];
      for (std::size_t at = offsets_[row]; at < offsets_[row + 1]; ++at) {
        sum += by_column_[entries_[at].column] * entries_[at].value;
      }
      (*to)[row] = sum;
    }
  }

 private:
  struct Entry {
    std::uint32_t column;
    float value;
  };
  std::vector<std::size_t> offsets_;
  std::vector<Entry> entries_;
  std::vector<double> by_column_;
};

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// (X Xᵀ + λ I)⁻¹ right. Hestenes and Stiefel 1952.
std::vector<double> Solve(NearestFeatures& features, double lambda, std::vector<double> right) {
  std::vector<double> solution(right.size()), applied(right.size());
  std::vector<double>& residual = right;
  std::vector<double> direction = residual;
  double norm = Dot(residual, residual);
  const double small = kTolerance * kTolerance * norm;
  for (int iteration = 0; iteration < kIterations && norm > small; ++iteration) {
    features.Apply(direction, lambda, &applied);
    const double step = norm / Dot(direction, applied);
    for (std::size_t i = 0; i < solution.size(); ++i) {
      solution[i] += step * direction[i];
      residual[i] -= step * applied[i];
    }
    const double next = Dot(residual, residual);
    for (std::size_t i = 0; i < solution.size(); ++i) {
      direction[i] = residual[i] + next / norm * direction[i];
    }
    norm = next;
  }
  return solution;
}

// Leaves the `count` with the largest |weight|, ties by row, by rising row.
void KeepLargest(std::size_t count, std::vector<WeightedRow>* rows) {
  if (rows->size() > count) {
    std::nth_element(rows->begin(), rows->begin() + static_cast<std::ptrdiff_t>(count), rows->end(),
                     [](const WeightedRow& a, const WeightedRow& b) {
                       const float left = std::fabs(a.weight);
                       const float right = std::fabs(b.weight);
                       return left != right ? left > right : a.row < b.row;
                     });
    rows->resize(count);
  }
  std::sort(rows->begin(), rows->end(),
            [](const WeightedRow& a, const WeightedRow& b) { return a.row < b.row; });
}

}  // namespace

FeatureVector WeighFeatures(std::span<const HashedFeature> hashed, std::span<const float> idf,
                            const FeatureWeights& weights) {
  FeatureVector vector;
  double squares = 0;
  for (std::size_t i = 0; i < hashed.size();) {
    const std::uint32_t bucket = hashed[i].bucket;
    double value = 0;
    for (; i < hashed.size() && hashed[i].bucket == bucket; ++i) {
      value += weights[static_cast<std::size_t>(hashed[i].group)] * (1 + std::log(hashed[i].count));
    }
    value *= idf[bucket];
    if (!(value > 0)) continue;  // never seen in training, or switched off
    squares += value * value;
    vector.emplace_back(bucket, static_cast<float>(value));
  }
  for (auto& [bucket, value] : vector) value = static_cast<float>(value / std::sqrt(squares));
  return vector;
}

ContentRelation::ContentRelation(const ContentRelationView& view, std::span<const float> idf,
                                 const ContentParameters& parameters)
    : view_(view), idf_(idf), parameters_(parameters), posting_offsets_(idf.size() + 1, 0) {
  const std::size_t items = view.offsets.size() - 1;
  const std::size_t most = std::max(kRareEnough, items / 20);
  std::vector<std::uint64_t> counts(idf.size(), 0);
  for (const std::uint32_t bucket : view.buckets) ++counts[bucket];
  for (std::size_t bucket = 0; bucket < idf.size(); ++bucket) {
    if (counts[bucket] > most) counts[bucket] = 0;
    posting_offsets_[bucket + 1] = posting_offsets_[bucket] + counts[bucket];
  }
  postings_.resize(posting_offsets_.back());
  std::vector<std::uint64_t> next(posting_offsets_.begin(), posting_offsets_.end() - 1);
  for (std::size_t row = 0; row < items; ++row) {
    for (std::uint64_t at = view.offsets[row]; at < view.offsets[row + 1]; ++at) {
      const std::uint32_t bucket = view.buckets[at];
      if (counts[bucket] == 0) continue;
      postings_[next[bucket]++] = {static_cast<std::uint32_t>(row), view.values[at]};
    }
  }
}

std::vector<WeightedRow> ContentRelation::Nearest(
    std::span<const std::pair<std::uint32_t, float>> features) const {
  std::vector<float> sums(view_.offsets.size() - 1, 0.0f);
  std::vector<WeightedRow> found;
  for (const auto& [bucket, value] : features) {
    for (std::uint64_t at = posting_offsets_[bucket]; at < posting_offsets_[bucket + 1]; ++at) {
      const float product = value * postings_[at].value;
      if (!(product > 0)) continue;
      float& sum = sums[postings_[at].row];
      if (sum == 0) found.push_back({postings_[at].row, 0});
      sum += product;
    }
  }
  for (WeightedRow& row : found) row.weight = sums[row.row];
  KeepLargest(kNearest, &found);
  return found;
}

std::vector<WeightedRow> ContentRelation::Resembling(
    std::span<const std::pair<std::uint32_t, float>> features) const {
  std::vector<WeightedRow> nearest = Nearest(features);
  if (nearest.empty()) return nearest;
  // The whole cosine, stop words included.
  std::vector<double> cosines(nearest.size());
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    auto own = features.begin();
    const std::uint64_t end = view_.offsets[nearest[i].row + 1];
    for (std::uint64_t at = view_.offsets[nearest[i].row]; at < end; ++at) {
      while (own != features.end() && own->first < view_.buckets[at]) ++own;
      if (own == features.end()) break;
      if (own->first == view_.buckets[at]) {
        cosines[i] += static_cast<double>(own->second) * view_.values[at];
      }
    }
  }
  NearestFeatures rows(view_, nearest, idf_.size());
  const std::vector<double> solution = Solve(rows, parameters_.ridge, std::move(cosines));
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    nearest[i].weight = static_cast<float>(solution[i]);
  }
  return nearest;
}

ForeignItem ContentRelation::Draw(std::span<const WeightedRow> resembling) const {
  ForeignItem item;
  if (resembling.empty()) return item;
  std::unordered_map<std::uint32_t, double> drawn;
  drawn.reserve(resembling.size() * 8);
  for (const WeightedRow& row : resembling) {
    drawn[row.row] += row.weight;
    if (parameters_.smoothing == 0) continue;
    for (std::uint64_t at = view_.near.offsets[row.row]; at < view_.near.offsets[row.row + 1];
         ++at) {
      drawn[view_.near.targets[at]] += parameters_.smoothing * row.weight * view_.near.values[at];
    }
  }
  for (const auto& [row, weight] : drawn) {
    const double lifted = parameters_.gain * weight;
    if (lifted != 0 && std::isfinite(lifted)) {
      item.drawn_from.push_back({row, static_cast<float>(lifted)});
    }
  }
  KeepLargest(kDrawnFrom, &item.drawn_from);

  // Fewer rows speak for all that it resembles: the sum of the weights stays, and a read never
  // counts for more than one.
  double all = 0;
  for (const WeightedRow& row : resembling) {
    if (row.weight <= 0) continue;
    all += row.weight;
    item.resembles.push_back(row);
  }
  KeepLargest(kResembles, &item.resembles);
  double kept = 0;
  for (const WeightedRow& row : item.resembles) kept += row.weight;
  for (WeightedRow& row : item.resembles) {
    row.weight = static_cast<float>(row.weight * std::min(all, 1.0) / kept);
  }
  return item;
}

}  // namespace cofilter::models
