// Raw sums once for each source weighting, then a scaled sum for each point.
#include "training/score_grid.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "models/operator.h"
#include "models/trend_and_prior.h"
#include "training/interaction_matrix.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kMemberBlock = 32;
constexpr double kMicrosecondsADay = 86'400e6;

// What decides a raw sum: which block (-1: the embeddings), the source exponent, the history's
// weights.
using SourceKey = std::tuple<int, double, double, double>;

// The points, resolved to tables.
struct Plan {
  std::vector<SourceKey> sources;
  std::vector<int> local, global, directed;     // source of each point; -1: none
  std::map<double, std::vector<float>> powers;  // rel^-x by x
  std::vector<const float*> local_scale, global_scale, directed_scale;
  std::map<std::pair<int, double>, std::vector<float>> trends;  // factors by trend and exponent

  int SourceOf(const SourceKey& key) {
    const auto found = std::find(sources.begin(), sources.end(), key);
    if (found != sources.end()) return static_cast<int>(found - sources.begin());
    sources.push_back(key);
    return static_cast<int>(sources.size()) - 1;
  }
  const float* Power(std::span<const float> degrees, double exponent) {
    const auto [at, added] = powers.try_emplace(exponent);
    if (added) at->second = RelativeDegreePowers(degrees, -exponent);
    return at->second.data();
  }
};

std::span<const float> TrendOf(const ScoreGrid::Inputs& inputs, int trend) {
  if (inputs.trends.empty()) return inputs.degrees;
  return inputs.trends[static_cast<std::size_t>(trend)];
}

Plan MakePlan(std::span<const ScorePoint> points, const ScoreGrid::Inputs& inputs,
              bool has_embeddings) {
  const std::span<const float> degrees = inputs.degrees;
  Plan plan;
  for (const ScorePoint& point : points) {
    const bool with_global = point.global_weight > 0 && has_embeddings;
    plan.local.push_back(point.list < 0 ? -1
                                        : plan.SourceOf({point.list, point.source_exponent,
                                                         point.by_rank, point.by_age}));
    plan.global.push_back(
        with_global ? plan.SourceOf({-1, point.global_source_exponent, point.by_rank, point.by_age})
                    : -1);
    const bool with_directed = point.directed_weight > 0 && inputs.directed >= 0;
    plan.directed.push_back(with_directed
                                ? plan.SourceOf({inputs.directed, point.directed_source_exponent,
                                                 point.by_rank, point.by_age})
                                : -1);
    plan.directed_scale.push_back(plan.Power(degrees, point.directed_target_exponent));
    if (point.trend_exponent > 0) {
      const auto [at, added] = plan.trends.try_emplace({point.trend, point.trend_exponent});
      if (added)
        at->second = models::TrendFactors(TrendOf(inputs, point.trend),
                                          inputs.trend_base.empty() ? degrees : inputs.trend_base,
                                          point.trend_exponent);
    }
    plan.local_scale.push_back(plan.Power(degrees, point.target_exponent));
    plan.global_scale.push_back(plan.Power(degrees, point.global_target_exponent));
  }
  for (const SourceKey& key : plan.sources) plan.Power(degrees, std::get<1>(key));
  return plan;
}

// w_i rel_i^-p of a history, in its own order, for a source.
std::vector<float> SourceWeights(const ScoreGrid::Inputs& inputs, const Plan& plan,
                                 const GridMember& member, const SourceKey& key) {
  const std::size_t n = member.history.size();
  std::vector<float> confidence(n);
  std::vector<double> ages(n);
  for (std::size_t h = 0; h < n; ++h) {  // the latest first, as HistoryWeights wants it
    const data::Interaction& interaction = member.history[n - 1 - h];
    confidence[h] = interaction.weight;
    if (inputs.order == data::Order::kTime) {
      ages[h] = std::max(
          0.0, static_cast<double>((inputs.now - interaction.at).count()) / kMicrosecondsADay);
    }
  }
  models::HistoryWeightParameters parameters;
  parameters.by_rank = std::get<2>(key);
  parameters.by_age = std::get<3>(key);
  parameters.limit = inputs.history_limit;
  std::vector<float> weights = models::HistoryWeights(parameters, confidence, ages);
  std::reverse(weights.begin(), weights.end());
  const std::vector<float>& power = plan.powers.at(std::get<1>(key));
  for (std::size_t h = 0; h < n; ++h) weights[h] *= power[member.history[h].item];
  return weights;
}

// The raw sums of a few members, for every source of a plan.
class BlockSums {
 public:
  // The global sums of the whole block, in one product a source: [members × items].
  BlockSums(const ScoreGrid::Inputs& inputs, const Plan& plan, std::span<const GridMember> members)
      : inputs_(inputs),
        plan_(plan),
        members_(members),
        global_(plan.sources.size()),
        local_(plan.sources.size()) {
    for (std::size_t s = 0; s < plan.sources.size(); ++s) {
      if (std::get<0>(plan.sources[s]) >= 0) continue;
      TallMatrix queries =
          TallMatrix::Zero(static_cast<Eigen::Index>(members.size()), inputs.embeddings->cols());
      for (std::size_t m = 0; m < members.size(); ++m) {
        const std::vector<float> weights = SourceWeights(inputs, plan, members[m], plan.sources[s]);
        for (std::size_t h = 0; h < weights.size(); ++h) {
          queries.row(static_cast<Eigen::Index>(m)) +=
              weights[h] * inputs.embeddings->row(members[m].history[h].item);
        }
      }
      global_[s].noalias() = queries * inputs.embeddings->transpose();
    }
  }

  // Makes the list sums of one member, in place of those of the last.
  void AccumulateLists(std::size_t member) {
    member_ = member;
    for (std::size_t s = 0; s < plan_.sources.size(); ++s) {
      const int which = std::get<0>(plan_.sources[s]);
      if (which < 0) continue;
      const models::ListBlockArrays& lists = *inputs_.lists[static_cast<std::size_t>(which)];
      const std::vector<float> weights =
          SourceWeights(inputs_, plan_, members_[member], plan_.sources[s]);
      local_[s].assign(inputs_.degrees.size(), 0.0f);
      for (std::size_t h = 0; h < weights.size(); ++h) {
        const std::uint32_t source = members_[member].history[h].item;
        for (std::uint64_t at = lists.offsets[source]; at < lists.offsets[source + 1]; ++at) {
          local_[s][lists.targets[at]] += weights[h] * lists.values[at];
        }
      }
    }
  }

  // Of the member accumulated last; nullptr for source -1. Shape: [items].
  const float* Lists(int source) const {
    return source < 0 ? nullptr : local_[static_cast<std::size_t>(source)].data();
  }
  const float* Global(int source) const {
    if (source < 0) return nullptr;
    return global_[static_cast<std::size_t>(source)].row(static_cast<Eigen::Index>(member_)).data();
  }

 private:
  const ScoreGrid::Inputs& inputs_;
  const Plan& plan_;
  const std::span<const GridMember> members_;
  std::vector<TallMatrix> global_;         // [sources]
  std::vector<std::vector<float>> local_;  // [sources]
  std::size_t member_ = 0;
};

// lists · q + weight · global · qo, where they exist.
void Combine(const float* lists, const float* q, const float* global, const float* qo, float weight,
             std::vector<float>* scores) {
  float* const out = scores->data();
  const std::size_t items = scores->size();
  if (lists != nullptr && global != nullptr) {
    for (std::size_t j = 0; j < items; ++j) out[j] = lists[j] * q[j] + weight * qo[j] * global[j];
  } else if (lists != nullptr) {
    for (std::size_t j = 0; j < items; ++j) out[j] = lists[j] * q[j];
  } else if (global != nullptr) {
    for (std::size_t j = 0; j < items; ++j) out[j] = qo[j] * global[j];
  } else {
    std::fill(scores->begin(), scores->end(), 0.0f);
  }
}

// out += weight · values (· scale, where there is one).
void AddScaled(const float* values, const float* scale, float weight, std::vector<float>* scores) {
  if (values == nullptr) return;
  float* const out = scores->data();
  for (std::size_t j = 0; j < scores->size(); ++j) {
    out[j] += weight * values[j] * (scale != nullptr ? scale[j] : 1.0f);
  }
}

double Total(std::span<const float> values) {
  double total = 0;
  for (const float value : values) total += value;
  return total;
}

std::vector<float> Shares(std::span<const float> counts) {
  const double total = Total(counts);
  std::vector<float> shares(counts.begin(), counts.end());
  for (float& share : shares) share = total > 0 ? static_cast<float>(share / total) : 0;
  return shares;
}

// What a block of members adds to the means. Shapes: all [points].
struct BlockResult {
  std::vector<double> recall, ndcg, tail_recall;  // sums
  std::vector<std::size_t> tail_members;
  std::vector<std::vector<bool>> listed;  // [items] each

  BlockResult() = default;
  BlockResult(std::size_t points, std::size_t items)
      : recall(points),
        ndcg(points),
        tail_recall(points),
        tail_members(points),
        listed(points, std::vector<bool>(items)) {}
  void Add(std::size_t point, const ListMeasures& measures, std::span<const std::uint32_t> list) {
    recall[point] += measures.recall;
    ndcg[point] += measures.ndcg;
    if (!std::isnan(measures.tail_recall)) {
      tail_recall[point] += measures.tail_recall;
      ++tail_members[point];
    }
    for (const std::uint32_t row : list) listed[point][row] = true;
  }
  void Add(const BlockResult& other) {
    for (std::size_t p = 0; p < recall.size(); ++p) {
      recall[p] += other.recall[p];
      ndcg[p] += other.ndcg[p];
      tail_recall[p] += other.tail_recall[p];
      tail_members[p] += other.tail_members[p];
      for (std::size_t j = 0; j < listed[p].size(); ++j) {
        if (other.listed[p][j]) listed[p][j] = true;
      }
    }
  }
};

double Deviation(const float* values, std::span<const float> degrees) {
  double sum = 0, squares = 0, count = 0;
  for (std::size_t j = 0; j < degrees.size(); ++j) {
    if (degrees[j] <= 0) continue;
    sum += values[j];
    squares += static_cast<double>(values[j]) * values[j];
    ++count;
  }
  return count > 0 ? std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count))) : 0;
}

}  // namespace

std::vector<PointMeasures> ScoreGrid::Measure(std::span<const ScorePoint> points,
                                              std::span<const GridMember> members, std::size_t k,
                                              runtime::ThreadPool* pool) const {
  const std::size_t items = inputs_.degrees.size();
  const Plan plan = MakePlan(points, inputs_, HasEmbeddings());
  std::map<int, std::vector<float>> shares;  // by trend
  for (const ScorePoint& point : points) {
    if (!shares.contains(point.trend)) shares[point.trend] = Shares(TrendOf(inputs_, point.trend));
  }
  std::vector<BlockResult> results((members.size() + kMemberBlock - 1) / kMemberBlock);
  pool->ParallelFor(
      members.size(), kMemberBlock, [&](std::size_t block, std::size_t begin, std::size_t end) {
        results[block] = BlockResult(points.size(), items);
        BlockSums sums(inputs_, plan, members.subspan(begin, end - begin));
        std::vector<float> scores(items);
        std::vector<std::uint32_t> list;
        for (std::size_t m = begin; m < end; ++m) {
          sums.AccumulateLists(m - begin);
          for (std::size_t p = 0; p < points.size(); ++p) {
            Combine(sums.Lists(plan.local[p]), plan.local_scale[p], sums.Global(plan.global[p]),
                    plan.global_scale[p], static_cast<float>(points[p].global_weight), &scores);
            AddScaled(sums.Lists(plan.directed[p]), plan.directed_scale[p],
                      static_cast<float>(points[p].directed_weight), &scores);
            const double folded = static_cast<double>(
                std::min<std::size_t>(members[m].history.size(), inputs_.history_limit));
            double prior = points[p].prior_events;
            if (plan.local[p] >= 0 || plan.global[p] >= 0 || plan.directed[p] >= 0) {
              prior *= folded > 0 ? std::max(0.0, Total(scores)) / folded : 0;
            }  // else popularity alone ranks
            if (points[p].trend_exponent > 0) {
              const std::vector<float>& factors =
                  plan.trends.at({points[p].trend, points[p].trend_exponent});
              for (std::size_t j = 0; j < items; ++j) scores[j] *= factors[j];
            }
            if (prior > 0)
              AddScaled(shares.at(points[p].trend).data(), nullptr, static_cast<float>(prior),
                        &scores);
            for (const data::Interaction& interaction : members[m].history) {
              scores[interaction.item] = kNotListed;
            }
            TopRows(scores, k, &list);
            results[block].Add(p, MeasureList(list, members[m].test, *inputs_.facts, k), list);
          }
        }
      });

  BlockResult all(points.size(), items);
  for (const BlockResult& result : results) all.Add(result);
  std::vector<PointMeasures> means(points.size());
  const auto count = static_cast<double>(std::max<std::size_t>(members.size(), 1));
  for (std::size_t p = 0; p < points.size(); ++p) {
    means[p].recall = all.recall[p] / count;
    means[p].ndcg = all.ndcg[p] / count;
    means[p].tail_recall =
        all.tail_recall[p] / static_cast<double>(std::max<std::size_t>(all.tail_members[p], 1));
    means[p].coverage =
        static_cast<double>(std::count(all.listed[p].begin(), all.listed[p].end(), true)) /
        static_cast<double>(std::max<std::size_t>(items, 1));
  }
  return means;
}

ScoreGrid::Spreads ScoreGrid::MeasureSpreads(const ScorePoint& point,
                                             std::span<const GridMember> members,
                                             runtime::ThreadPool* pool) const {
  constexpr std::size_t kSpreadMembers = 500;
  members = members.first(std::min(members.size(), kSpreadMembers));
  ScorePoint asked = point;
  asked.global_weight = 1;
  asked.directed_weight = 1;
  const Plan plan = MakePlan({&asked, 1}, inputs_, HasEmbeddings());
  std::vector<Spreads> blocks((members.size() + kMemberBlock - 1) / kMemberBlock);
  pool->ParallelFor(
      members.size(), kMemberBlock, [&](std::size_t block, std::size_t begin, std::size_t end) {
        BlockSums sums(inputs_, plan, members.subspan(begin, end - begin));
        for (std::size_t m = 0; m < end - begin; ++m) {
          sums.AccumulateLists(m);
          if (plan.local[0] >= 0)
            blocks[block].lists += Deviation(sums.Lists(plan.local[0]), inputs_.degrees);
          if (plan.global[0] >= 0)
            blocks[block].global += Deviation(sums.Global(plan.global[0]), inputs_.degrees);
          if (plan.directed[0] >= 0)
            blocks[block].directed += Deviation(sums.Lists(plan.directed[0]), inputs_.degrees);
        }
      });
  Spreads mean;
  const auto count = static_cast<double>(std::max<std::size_t>(members.size(), 1));
  for (const Spreads& block : blocks) {
    mean.lists += block.lists / count;
    mean.global += block.global / count;
    mean.directed += block.directed / count;
  }
  return mean;
}

}  // namespace cofilter::training
