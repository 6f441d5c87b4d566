// Greedy re-ranking of the best candidates by popularity bands.
#include "training/popularity_reranking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "training/ranked_list.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kBands = 3;
constexpr double kSmoothing = 0.01;
using Shares = std::array<double, kBands>;

struct Candidate {
  std::uint32_t row = 0;
  double relevance = 0;  // P(v|u)
  std::size_t band = 0;
};

double Divergence(const Shares& p, const Shares& counts, double total) {
  double sum = 0;
  for (std::size_t band = 0; band < kBands; ++band) {
    if (p[band] <= 0) continue;
    const double q = (1 - kSmoothing) * counts[band] / total + kSmoothing * p[band];
    sum += p[band] * std::log(p[band] / q);
  }
  return sum;
}

class RerankedScores final : public MemberScores {
 public:
  RerankedScores(const MemberScores& base, const data::Dataset& train, RerankingSettings settings)
      : base_(base), settings_(std::move(settings)), none_(settings_.lambdas.size(), -1) {
    const CatalogueFacts facts = MakeCatalogueFacts(data::ItemDegrees(train), train.item_ids);
    for (const data::Band band : facts.bands) {
      // Two categories where the re-ranker knows no more: the tail and the rest.
      const bool tail = band == data::Band::kTail;
      bands_.push_back(settings_.reranker == Reranker::kXquad ? (tail ? 1 : 0)
                                                              : static_cast<std::size_t>(band));
    }
  }

  std::string name() const override {
    return settings_.reranker == Reranker::kXquad ? "xquad" : "calibrated-popularity";
  }
  std::span<const int> notches() const override { return none_; }

  void Score(std::span<const std::span<const data::Interaction>> histories,
             const Visit& visit) const override {
    base_.Score(histories, [&](std::size_t member, std::size_t, std::span<float> scores) {
      Shares history{};
      for (const data::Interaction& interaction : histories[member]) {
        scores[interaction.item] = kNotListed;
        history[bands_[interaction.item]] += 1 / static_cast<double>(histories[member].size());
      }
      const std::vector<Candidate> candidates = CandidatesOf(scores);
      for (std::size_t variant = 0; variant < settings_.lambdas.size(); ++variant) {
        const std::vector<std::uint32_t> list =
            Rerank(candidates, history, settings_.lambdas[variant]);
        std::fill(scores.begin(), scores.end(), kNotListed);
        for (std::size_t place = 0; place < list.size(); ++place) {
          scores[list[place]] = static_cast<float>(settings_.k - place);
        }
        visit(member, variant, scores);
      }
    });
  }

 private:
  std::vector<Candidate> CandidatesOf(std::span<const float> scores) const {
    std::vector<std::uint32_t> rows;
    TopRows(scores, settings_.candidates, &rows);
    std::vector<Candidate> candidates;
    if (rows.empty()) return candidates;
    const double best = scores[rows.front()], least = scores[rows.back()];
    for (const std::uint32_t row : rows) {
      candidates.push_back(
          {row, best > least ? (scores[row] - least) / (best - least) : 1.0, bands_[row]});
    }
    return candidates;
  }

  // What listing a candidate next is worth.
  double Worth(const Candidate& candidate, const Shares& history, const Shares& counts,
               double listed, double lambda) const {
    if (settings_.reranker == Reranker::kXquad) {
      const double share = listed > 0 ? counts[candidate.band] / listed : 0;
      return (1 - lambda) * candidate.relevance + lambda * history[candidate.band] * (1 - share);
    }
    Shares with = counts;
    with[candidate.band] += 1;
    return (1 - lambda) * candidate.relevance - lambda * Divergence(history, with, listed + 1);
  }

  // Candidates come best first, so that among equals the model's order stands.
  std::vector<std::uint32_t> Rerank(const std::vector<Candidate>& candidates, const Shares& history,
                                    double lambda) const {
    std::vector<std::uint32_t> list;
    std::vector<bool> taken(candidates.size());
    Shares counts{};
    while (list.size() < std::min(settings_.k, candidates.size())) {
      std::size_t best = candidates.size();
      double best_worth = 0;
      for (std::size_t c = 0; c < candidates.size(); ++c) {
        if (taken[c]) continue;
        const double worth =
            Worth(candidates[c], history, counts, static_cast<double>(list.size()), lambda);
        if (best < candidates.size() && !(worth > best_worth)) continue;
        best = c;
        best_worth = worth;
      }
      taken[best] = true;
      counts[candidates[best].band] += 1;
      list.push_back(candidates[best].row);
    }
    return list;
  }

  const MemberScores& base_;
  const RerankingSettings settings_;
  const std::vector<int> none_;
  std::vector<std::size_t> bands_;  // [items]
};

}  // namespace

std::vector<double> RerankingSweep() { return {0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9}; }

std::unique_ptr<const MemberScores> MakeRerankedScores(const MemberScores& base,
                                                       const data::Dataset& train,
                                                       RerankingSettings settings) {
  return std::make_unique<RerankedScores>(base, train, std::move(settings));
}

}  // namespace cofilter::training
