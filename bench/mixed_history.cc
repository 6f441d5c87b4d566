// Cuts, weighs, trains, ranks.
#include "bench/mixed_history.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "bench/list_quality.h"
#include "data/random.h"
#include "models/operator.h"
#include "runtime/status_macros.h"
#include "training/evaluator.h"
#include "training/member_scores.h"
#include "training/ranked_list.h"
#include "training/trainer.h"

namespace cofilter::bench {
namespace {

constexpr double kNewcomers = 0.2;
constexpr std::size_t kHeldOutOf = 5;  // one of so many

bool IsHeld(const OwnHoldOut* out, std::size_t interaction) {
  return out != nullptr && out->held[interaction];
}

// The scores of the own kind alone; what is popular where there is nothing to go by.
class OwnScores final : public training::MemberScores {
 public:
  OwnScores(const training::MemberScores& all, const data::Dataset& mixture,
            std::vector<bool> own_rows)
      : all_(all), own_(std::move(own_rows)), degrees_(data::ItemDegrees(mixture)) {}

  std::string name() const override { return all_.name(); }
  std::span<const int> notches() const override { return all_.notches(); }
  void Score(std::span<const std::span<const data::Interaction>> histories,
             const Visit& visit) const override {
    all_.Score(histories, [&](std::size_t member, std::size_t variant, std::span<float> scores) {
      for (std::size_t row = 0; row < scores.size(); ++row) {
        if (histories[member].empty()) scores[row] = static_cast<float>(degrees_[row]);
        if (!own_[row]) scores[row] = training::kNotListed;
      }
      visit(member, variant, scores);
    });
  }

 private:
  const training::MemberScores& all_;
  const std::vector<bool> own_;
  const std::vector<std::uint32_t> degrees_;
};

}  // namespace

OwnHoldOut HoldOutOwn(const data::Dataset& log, const std::vector<bool>& own, std::uint64_t seed,
                      const OwnHoldOut* before) {
  OwnHoldOut out;
  out.held.assign(log.interactions.size(), false);
  out.newcomers.assign(log.members(), false);
  for (std::size_t member = 0; member < log.members(); ++member) {
    data::Random random(seed, member);
    std::vector<std::size_t> left;
    for (std::size_t n = log.offsets[member]; n < log.offsets[member + 1]; ++n) {
      if (own[log.interactions[n].item] && !IsHeld(before, n)) left.push_back(n);
    }
    if (left.empty()) continue;
    out.newcomers[member] = random.Chance(kNewcomers);
    const std::size_t wanted = out.newcomers[member] ? left.size() : left.size() / kHeldOutOf;
    for (std::size_t drawn = 0; drawn < wanted; ++drawn) {
      const std::size_t other =
          drawn + random.Below(static_cast<std::uint32_t>(left.size() - drawn));
      std::swap(left[drawn], left[other]);
      out.held[left[drawn]] = true;
    }
  }
  if (before == nullptr) return out;
  for (std::size_t n = 0; n < out.held.size(); ++n) {
    if (before->held[n]) out.held[n] = true;
  }
  return out;
}

data::Dataset MixedTraining(const data::Dataset& log, const std::vector<bool>& own,
                            const OwnHoldOut& out, double other_weight) {
  data::Dataset mixture;
  mixture.order = log.order;
  mixture.cutoff = log.cutoff;
  mixture.member_ids = log.member_ids;
  std::vector<std::uint32_t> row_of(log.items(), 0);
  for (std::size_t item = 0; item < log.items(); ++item) {
    if (!own[item] && !(other_weight > 0)) continue;
    row_of[item] = static_cast<std::uint32_t>(mixture.item_ids.size());
    mixture.item_ids.push_back(log.item_ids[item]);
  }
  for (std::size_t member = 0; member < log.members(); ++member) {
    for (std::size_t n = log.offsets[member]; n < log.offsets[member + 1]; ++n) {
      data::Interaction interaction = log.interactions[n];
      const bool is_own = own[interaction.item];
      if (out.held[n] || (!is_own && !(other_weight > 0))) continue;
      if (!is_own) interaction.weight *= static_cast<float>(other_weight);
      interaction.item = row_of[interaction.item];
      mixture.interactions.push_back(interaction);
    }
    mixture.offsets.push_back(mixture.interactions.size());
  }
  return mixture;
}

std::vector<data::TestMember> OwnTest(const data::Dataset& log, const OwnHoldOut& out,
                                      bool newcomers, const OwnHoldOut* before) {
  std::vector<data::TestMember> test;
  for (std::size_t member = 0; member < log.members(); ++member) {
    if (out.newcomers[member] != newcomers) continue;
    data::TestMember asked;
    asked.member = static_cast<std::uint32_t>(member);
    for (std::size_t n = log.offsets[member]; n < log.offsets[member + 1]; ++n) {
      if (out.held[n] && !IsHeld(before, n)) {
        asked.items.push_back(log.item_ids[log.interactions[n].item]);
      }
    }
    if (!asked.items.empty()) test.push_back(std::move(asked));
  }
  return test;
}

absl::StatusOr<MixedAccuracy> MeasureMixture(const data::Dataset& log, const std::vector<bool>& own,
                                             const OwnHoldOut& out, const OwnHoldOut* before,
                                             double other_weight, runtime::ThreadPool* pool) {
  data::Split split;
  split.train = MixedTraining(log, own, out, other_weight);
  training::TrainingSettings settings;
  settings.search = false;
  settings.content_buckets = 0;
  COFILTER_ASSIGN_OR_RETURN(training::TrainedOperator trained,
                            training::TrainOperator(settings, split.train, {}, pool));
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<const models::Operator> op,
                            models::Operator::FromArrays(std::move(trained.arrays)));
  std::vector<bool> own_rows;
  for (std::size_t item = 0; item < log.items(); ++item) {
    if (own[item] || other_weight > 0) own_rows.push_back(own[item]);
  }
  const auto scores = training::MakeOperatorScores(*op, split.train, {0});
  const OwnScores own_scores(*scores, split.train, std::move(own_rows));
  training::EvaluationSettings evaluation;
  evaluation.k = kListLength;
  evaluation.resamples = 0;
  MixedAccuracy accuracy;
  for (const bool newcomers : {false, true}) {
    split.test = OwnTest(log, out, newcomers, before);
    if (split.test.empty()) continue;
    COFILTER_ASSIGN_OR_RETURN(const std::vector<training::Evaluation> found,
                              training::Evaluate(own_scores, split, evaluation, pool));
    OwnAccuracy& one = newcomers ? accuracy.newcomers : accuracy.known;
    one = {found[0].recall.mean, found[0].ndcg.mean, found[0].members};
  }
  return accuracy;
}

}  // namespace cofilter::bench
