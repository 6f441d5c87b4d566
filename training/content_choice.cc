// Measures points on held-out items.
#include "training/content_choice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kHeldOutShare = 5;  // one item in so many
constexpr std::size_t kMostHeldOut = 1000;
constexpr std::size_t kMostMembers = 400;
constexpr std::array<double, 5> kSmoothings = {1, 2, 4, 8, 0};  // the default first: ties keep it
constexpr std::array<double, 3> kRidges = {1, 3, 10};
constexpr double kPastTheEnd = 3;
constexpr double kLargestRidge = 1000;
constexpr auto kGroups = std::tuple_size_v<models::FeatureWeights>;

std::array<bool, kGroups> GroupsIn(const TextRows& text) {
  std::array<bool, kGroups> there{};
  for (const auto& features : text.features) {
    for (const models::HashedFeature& feature : features) {
      there[static_cast<std::size_t>(feature.group)] = true;
    }
  }
  return there;
}

}  // namespace

HeldOutItems::HeldOutItems(const TextRows& text, const data::Dataset& dataset,
                           const models::ListBlockArrays& neighbours, std::uint64_t seed)
    : dataset_(dataset), neighbours_(neighbours) {
  const std::size_t places = text.rows.size();
  held_ =
      SampleRows(places, std::clamp<std::size_t>(places / kHeldOutShare, 1, kMostHeldOut), seed);
  held_place_.assign(dataset.items(), 0);
  for (std::uint32_t at = 0, next = 0; at < places; ++at) {
    if (next < held_.size() && held_[next] == at) {
      held_place_[text.rows[at]] = ++next;
    } else {
      kept_.push_back(at);
    }
  }
  std::vector<std::uint32_t> able;
  for (std::uint32_t m = 0; m < dataset.members(); ++m) {
    const auto history = dataset.of(m);
    const auto held = std::count_if(history.begin(), history.end(),
                                    [&](const auto& have) { return held_place_[have.item] != 0; });
    if (held > 0 && held < static_cast<std::ptrdiff_t>(history.size())) able.push_back(m);
  }
  for (const std::uint32_t at : SampleRows(able.size(), kMostMembers, seed)) {
    members_.push_back(able[at]);
  }
}

std::size_t HeldOutItems::cut() const {
  // What a list of the newest shows of what came in: a few in a hundred.
  return std::min(held_.size(), std::max<std::size_t>(10, held_.size() * 3 / 100));
}

std::vector<double> HeldOutItems::Recall(
    std::span<const std::vector<models::WeightedRow>> resembling,
    std::span<const double> smoothings, runtime::ThreadPool* pool) const {
  std::vector<std::vector<double>> of_members(members_.size());
  pool->ParallelFor(members_.size(), 16, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<float> own(dataset_.items()), near(dataset_.items());
    std::vector<std::pair<double, std::uint32_t>> ranked(held_.size());
    std::vector<double> direct(held_.size()), smoothed(held_.size());
    for (std::size_t n = begin; n < end; ++n) {
      std::fill(own.begin(), own.end(), 0.0f);
      std::fill(near.begin(), near.end(), 0.0f);
      std::vector<bool> wanted(held_.size(), false);
      std::size_t wants = 0;
      for (const data::Interaction& have : dataset_.of(members_[n])) {
        if (held_place_[have.item] != 0) {
          wanted[held_place_[have.item] - 1] = true;
          ++wants;
          continue;
        }
        own[have.item] += have.weight;
        const std::uint64_t last = neighbours_.offsets[have.item + std::size_t{1}];
        for (std::uint64_t at = neighbours_.offsets[have.item]; at < last; ++at) {
          near[neighbours_.targets[at]] += have.weight * neighbours_.values[at];
        }
      }
      for (std::size_t i = 0; i < held_.size(); ++i) {
        direct[i] = smoothed[i] = 0;
        for (const models::WeightedRow& row : resembling[i]) {
          direct[i] += static_cast<double>(row.weight) * own[row.row];
          smoothed[i] += static_cast<double>(row.weight) * near[row.row];
        }
      }
      for (const double smoothing : smoothings) {
        for (std::uint32_t i = 0; i < held_.size(); ++i) {
          ranked[i] = {-(direct[i] + smoothing * smoothed[i]), i};
        }
        std::nth_element(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(cut()) - 1,
                         ranked.end());
        double hits = 0;
        for (std::size_t r = 0; r < cut(); ++r) {
          // What nothing speaks for is not found, wherever it stands.
          if (wanted[ranked[r].second] && ranked[r].first < 0) ++hits;
        }
        of_members[n].push_back(hits / static_cast<double>(wants));
      }
    }
  });
  std::vector<double> recall(smoothings.size(), 0);
  for (const std::vector<double>& member : of_members) {
    for (std::size_t s = 0; s < recall.size(); ++s) {
      recall[s] += member[s] / static_cast<double>(members_.size());
    }
  }
  return recall;
}

std::vector<std::vector<models::WeightedRow>> ResemblingOf(const models::ContentRelation& relation,
                                                           const TextRows& text,
                                                           std::span<const std::uint32_t> places,
                                                           std::span<const float> idf,
                                                           const models::FeatureWeights& weights,
                                                           runtime::ThreadPool* pool) {
  std::vector<std::vector<models::WeightedRow>> resembling(places.size());
  pool->ParallelFor(places.size(), 16, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      resembling[i] =
          relation.Resembling(models::WeighFeatures(text.features[places[i]], idf, weights));
    }
  });
  return resembling;
}

void ChooseContent(const HeldOutItems& items, const TextRows& text, std::size_t rows,
                   std::uint32_t buckets, double ridge, runtime::ThreadPool* pool,
                   ContentTraining* result) {
  const std::vector<float> idf = InverseDocumentFrequency(text, items.kept(), buckets);
  models::ContentParameters& best = result->parameters;
  double best_recall = -1;
  const auto measure = [&](const models::FeatureWeights& weights, double lambda) {
    const models::ContentRelationArrays arrays = WeighRows(text, items.kept(), idf, weights, rows);
    models::ContentParameters parameters = result->parameters;
    parameters.ridge = lambda;
    const models::ContentRelation relation({arrays.offsets, arrays.buckets, arrays.values, {}}, idf,
                                           parameters);
    const std::vector<double> recall = items.Recall(
        ResemblingOf(relation, text, items.held(), idf, weights, pool), kSmoothings, pool);
    for (std::size_t s = 0; s < recall.size(); ++s) {
      result->tried.push_back({lambda, kSmoothings[s], weights, recall[s]});
      if (recall[s] <= best_recall) continue;
      best_recall = recall[s];
      best.ridge = lambda;
      best.smoothing = kSmoothings[s];
      best.feature_weights = weights;
    }
  };
  const models::FeatureWeights start = best.feature_weights;
  if (ridge > 0) {
    measure(start, ridge);
  } else {
    for (const double lambda : kRidges) measure(start, lambda);
    // Past the end of the grid for as long as that is better.
    for (double lambda = kRidges.back() * kPastTheEnd;
         best.ridge * kPastTheEnd >= lambda && lambda <= kLargestRidge; lambda *= kPastTheEnd) {
      measure(start, lambda);
    }
  }
  // Then one group at a time, with the others at what is best so far.
  const std::array<bool, kGroups> there = GroupsIn(text);
  for (std::size_t group = 0; group < kGroups; ++group) {
    if (!there[group] || std::count(there.begin(), there.end(), true) < 2) continue;
    const models::FeatureWeights now = best.feature_weights;
    for (const double factor : {0.5, 0.0, 2.0}) {
      models::FeatureWeights weights = now;
      weights[group] *= factor;
      measure(weights, best.ridge);
    }
  }
  result->recall = best_recall;
  result->held_out_items = items.held().size();
  result->held_out_members = items.members();
  result->cut = items.cut();
}

}  // namespace cofilter::training
