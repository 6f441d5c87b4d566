// Re-rankers that trade accuracy for less popular items, over any model's scores: what the
// long-tail dial has to beat.
#ifndef COFILTER_TRAINING_POPULARITY_RERANKING_H_
#define COFILTER_TRAINING_POPULARITY_RERANKING_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "data/dataset.h"
#include "training/member_scores.h"

namespace cofilter::training {

enum class Reranker {
  // xQuAD, smooth, with two categories, tail and the rest: greedily the item with the largest
  // (1 − λ) P(v|u) + λ Σ_d P(d|u) P(v|d) (1 − share of d in the list so far), P(d|u) the share of d
  // in the member's history.
  // Source: Abdollahpouri, Burke, Mobasher, "Managing popularity bias in recommender systems with
  // personalized re-ranking", FLAIRS 2019.
  kXquad,
  // Calibrated popularity: greedily the item that makes (1 − λ) Σ P(v|u) − λ KL(p ‖ q) largest, p
  // and q the shares of head, mid and tail in the history and in the list, q mixed with 1 % of p.
  // Source: Steck, "Calibrated recommendations", RecSys 2018; on popularity: Abdollahpouri et al.,
  // "The unfairness of popularity bias in recommendation", RMSE 2019.
  kCalibrated,
};

struct RerankingSettings {
  Reranker reranker = Reranker::kXquad;
  std::size_t candidates = 200;  // the best so many of the model are re-ranked, ≥ k
  std::size_t k = 20;            // items listed
  std::vector<double> lambdas;   // a variant each, 0 (the model's own order) to 1
};

// Weights that are worth drawing: from a nudge to the tail before all else.
std::vector<double> RerankingSweep();

// P(v|u) is the model's score, moved to [0, 1] between the least and the best of the candidates.
// A listed item scores k − its place, every other is kNotListed; items of the history are never
// listed. `base` has one variant. `base` and `train` must outlive the result.
std::unique_ptr<const MemberScores> MakeRerankedScores(const MemberScores& base,
                                                       const data::Dataset& train,
                                                       RerankingSettings settings);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_POPULARITY_RERANKING_H_
