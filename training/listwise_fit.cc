// Newton's method on a convex loss of six weights.
#include "training/listwise_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace cofilter::training {
namespace {

using models::kNewsTerms;
using models::NewsTerm;
using models::NewsTermValues;
using Weights = Eigen::Matrix<double, static_cast<int>(kNewsTerms), 1>;
using Curvature = Eigen::Matrix<double, static_cast<int>(kNewsTerms), static_cast<int>(kNewsTerms)>;

constexpr double kPenalty = 1e-3;
constexpr int kRounds = 30;
constexpr double kShortestStep = 1e-5;

double ScoreOf(const std::array<float, kNewsTerms>& terms, const NewsTermValues& weights) {
  double score = 0;
  for (std::size_t t = 0; t < kNewsTerms; ++t) score += weights[t] * static_cast<double>(terms[t]);
  return score;
}

std::vector<double> ScoresOf(const TermList& list, const NewsTermValues& weights) {
  std::vector<double> scores;
  scores.reserve(list.terms.size());
  for (const auto& terms : list.terms) scores.push_back(ScoreOf(terms, weights));
  return scores;
}

// −Σ_clicked ln softmax / clicks. `share` becomes the softmax.
double LossOf(const TermList& list, const NewsTermValues& weights, std::vector<double>* share) {
  *share = ScoresOf(list, weights);
  const double largest = *std::max_element(share->begin(), share->end());
  double sum = 0;
  double clicked = 0;
  double clicks = 0;
  for (std::size_t i = 0; i < share->size(); ++i) {
    if (list.clicked[i]) {
      clicked += (*share)[i] - largest;
      clicks += 1;
    }
    (*share)[i] = std::exp((*share)[i] - largest);
    sum += (*share)[i];
  }
  for (double& value : *share) value /= sum;
  return std::log(sum) - clicked / clicks;
}

bool Allowed(std::size_t term, double weight) {
  switch (static_cast<NewsTerm>(term)) {
    case NewsTerm::kClickRate:
    case NewsTerm::kClicks:
      return weight >= 0;
    case NewsTerm::kExposure:
      return weight <= 0;
    default:
      return true;
  }
}

// Sums over a list, or over all: of the softmax' mean terms, of their products (upper triangle),
// and of the terms that were clicked.
struct Moments {
  std::array<double, kNewsTerms> mean{};
  std::array<std::array<double, kNewsTerms>, kNewsTerms> second{};
  std::array<double, kNewsTerms> wanted{};
};

Moments MomentsOf(const TermList& list, std::span<const double> share) {
  Moments moments;
  const auto clicks =
      static_cast<double>(std::count(list.clicked.begin(), list.clicked.end(), true));
  for (std::size_t i = 0; i < list.terms.size(); ++i) {
    std::array<double, kNewsTerms> terms;
    for (std::size_t t = 0; t < kNewsTerms; ++t) terms[t] = static_cast<double>(list.terms[i][t]);
    for (std::size_t t = 0; t < kNewsTerms; ++t) {
      const double part = share[i] * terms[t];
      moments.mean[t] += part;
      for (std::size_t u = t; u < kNewsTerms; ++u) moments.second[t][u] += part * terms[u];
      if (list.clicked[i]) moments.wanted[t] += terms[t] / clicks;
    }
  }
  return moments;
}

NewsTermValues Minimise(std::span<const TermList> lists, const std::array<bool, kNewsTerms>& active,
                        const NewsTermValues& start) {
  NewsTermValues weights{};
  for (std::size_t t = 0; t < kNewsTerms; ++t) weights[t] = active[t] ? start[t] : 0;
  if (lists.empty()) return weights;
  std::vector<double> share;
  for (int round = 0; round < kRounds; ++round) {
    Weights slope = Weights::Zero();
    Curvature curvature = Curvature::Zero();
    for (const TermList& list : lists) {
      (void)LossOf(list, weights, &share);
      const Moments moments = MomentsOf(list, share);
      for (std::size_t t = 0; t < kNewsTerms; ++t) {
        slope[static_cast<int>(t)] += moments.mean[t] - moments.wanted[t];
        for (std::size_t u = t; u < kNewsTerms; ++u) {
          curvature(static_cast<int>(t), static_cast<int>(u)) +=
              moments.second[t][u] - moments.mean[t] * moments.mean[u];
        }
      }
    }
    const double count = static_cast<double>(lists.size());
    slope /= count;
    curvature /= count;
    for (std::size_t t = 0; t < kNewsTerms; ++t) {
      const int at = static_cast<int>(t);
      slope[at] += 2 * kPenalty * weights[t];
      curvature(at, at) += 2 * kPenalty;
      if (active[t]) continue;
      slope[at] = 0;
      curvature.row(at).setZero();
      curvature.col(at).setZero();
      curvature(at, at) = 1;
    }
    Weights step = curvature.selfadjointView<Eigen::Upper>().ldlt().solve(slope);
    // Far from the minimum a full step may overshoot.
    const double longest = step.cwiseAbs().maxCoeff();
    if (longest > 1) step /= longest;
    for (std::size_t t = 0; t < kNewsTerms; ++t) weights[t] -= step[static_cast<int>(t)];
    // The step after this one would be about its square.
    if (longest < kShortestStep) break;
  }
  return weights;
}

}  // namespace

TermList MakeTermList(std::span<const models::NewsTermValues> values,
                      const std::vector<bool>& clicked) {
  NewsTermValues ones;
  ones.fill(1);
  const NewsTermValues scales = models::NewsScales(values, ones);
  NewsTermValues means{};
  for (const NewsTermValues& value : values) {
    for (std::size_t t = 0; t < kNewsTerms; ++t) {
      means[t] += value[t] / static_cast<double>(values.size());
    }
  }
  TermList list;
  list.clicked = clicked;
  list.terms.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t t = 0; t < kNewsTerms; ++t) {
      list.terms[i][t] = static_cast<float>((values[i][t] - means[t]) * scales[t]);
    }
  }
  return list;
}

models::NewsTermValues FitListwise(std::span<const TermList> lists,
                                   const std::array<bool, kNewsTerms>& active,
                                   const NewsTermValues& start) {
  std::array<bool, kNewsTerms> left = active;
  NewsTermValues weights = start;
  for (;;) {
    weights = Minimise(lists, left, weights);
    std::size_t worst = kNewsTerms;
    for (std::size_t t = 0; t < kNewsTerms; ++t) {
      if (Allowed(t, weights[t])) continue;
      if (worst == kNewsTerms || std::fabs(weights[t]) > std::fabs(weights[worst])) worst = t;
    }
    if (worst == kNewsTerms) return weights;
    left[worst] = false;
  }
}

double ListwiseLoss(std::span<const TermList> lists, const models::NewsTermValues& weights) {
  std::vector<double> share;
  double loss = 0;
  for (const TermList& list : lists) loss += LossOf(list, weights, &share);
  return lists.empty() ? 0 : loss / static_cast<double>(lists.size());
}

double ListwiseAuc(std::span<const TermList> lists, const models::NewsTermValues& weights) {
  double sum = 0;
  double counted = 0;
  for (const TermList& list : lists) {
    const std::vector<double> scores = ScoresOf(list, weights);
    double right = 0;
    double pairs = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (!list.clicked[i]) continue;
      for (std::size_t j = 0; j < scores.size(); ++j) {
        if (list.clicked[j]) continue;
        right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        pairs += 1;
      }
    }
    if (pairs == 0) continue;
    sum += right / pairs;
    counted += 1;
  }
  return counted == 0 ? 0 : sum / counted;
}

}  // namespace cofilter::training
