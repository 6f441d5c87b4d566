// The greedy choice, and the measures of variety.
#include "service/recommend/diversify.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "models/kernels/kernels.h"

namespace cofilter::service {
namespace {

// The trainer orders dims by their strength; the leading ones tell what is like what.
constexpr std::size_t kComparedDims = 64;

using Topics = std::span<const std::uint64_t>;

Topics TopicsOf(const Catalogue& catalogue, ItemKey key) {
  if (!catalogue.Traits(key).Has(ItemTraits::kHasTopics)) return {};
  return catalogue.Find(key)->topics;
}

// What resemblance is told by.
struct Traits {
  Topics topics;
  std::span<const float> embedding;  // leading dims
  double length = 0;                 // of the embedding; 0: nothing to compare
};

double Dot(std::span<const float> a, std::span<const float> b) {
  return models::kernels::Best().dot_single(a.data(), b.data(), a.size());
}

// Of an item that is related to rows: the embedding of the one it resembles most.
std::span<const float> EmbeddingOf(const OperatorBinding& binding, const Candidate& candidate) {
  if (candidate.row != kNoRow) return binding.op->embedding(candidate.row);
  const models::ForeignItem* const item = binding.overlay.Find(candidate.key);
  if (item == nullptr) return {};
  if (item->resembles.empty()) return item->embedding;
  const auto most =
      std::max_element(item->resembles.begin(), item->resembles.end(),
                       [](const auto& a, const auto& b) { return a.weight < b.weight; });
  return binding.op->embedding(most->row);
}

Traits TraitsOf(const VarietyContext& context, const Candidate& candidate) {
  Traits traits;
  traits.topics = TopicsOf(*context.catalogue, candidate.key);
  if (context.binding != nullptr) {
    const std::span<const float> embedding = EmbeddingOf(*context.binding, candidate);
    traits.embedding = embedding.first(std::min(embedding.size(), kComparedDims));
    traits.length = std::sqrt(Dot(traits.embedding, traits.embedding));
  }
  return traits;
}

double SharedTopics(Topics a, Topics b) {
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

double SimilarityOf(const Traits& a, const Traits& b) {
  double sum = 0;
  int parts = 0;
  if (a.length > 0 && b.length > 0) {
    sum += std::clamp(Dot(a.embedding, b.embedding) / (a.length * b.length), 0.0, 1.0);
    ++parts;
  }
  if (!a.topics.empty() && !b.topics.empty()) {
    sum += SharedTopics(a.topics, b.topics);
    ++parts;
  }
  return parts == 0 ? 0 : sum / parts;
}

// How many places of the list each topic has, and may have.
class TopicPlaces {
 public:
  TopicPlaces(const VarietyContext& context, double cap, std::size_t count)
      : context_(context), cap_(cap), count_(count) {}

  void Take(Topics topics) {
    for (const std::uint64_t topic : topics) ++taken_[topic];
  }
  bool IsFull(Topics topics) {
    if (cap_ >= 1) return false;
    return std::any_of(topics.begin(), topics.end(), [&](std::uint64_t topic) {
      const auto found = taken_.find(topic);
      if (found == taken_.end()) return false;
      // Most lists never get here, and the history is not looked at.
      return found->second >= PlacesAt(cap_) && found->second >= PlacesAt(OwnShare(topic));
    });
  }

 private:
  std::size_t PlacesAt(double share) const {
    return std::max<std::size_t>(
        1, static_cast<std::size_t>(share * static_cast<double>(count_) + 1e-9));
  }
  // Of the items of the history that have a topic.
  double OwnShare(std::uint64_t topic) {
    if (!counted_) {
      counted_ = true;
      for (const ItemKey key : context_.history) {
        const Topics topics = TopicsOf(*context_.catalogue, key);
        if (topics.empty()) continue;
        ++with_topics_;
        for (const std::uint64_t own : topics) ++own_[own];
      }
    }
    const auto found = own_.find(topic);
    return found == own_.end()
               ? 0
               : static_cast<double>(found->second) / static_cast<double>(with_topics_);
  }

  const VarietyContext& context_;
  const double cap_;
  const std::size_t count_;
  std::unordered_map<std::uint64_t, std::size_t> taken_;
  std::unordered_map<std::uint64_t, std::size_t> own_;
  std::size_t with_topics_ = 0;
  bool counted_ = false;
};

// 0: not often enough to tell.
std::uint32_t TimesShown(const VarietyContext& context, ItemKey key) {
  const auto at =
      std::lower_bound(context.repeated.begin(), context.repeated.end(), key,
                       [](const ShownItem& shown, ItemKey wanted) { return shown.key < wanted; });
  return at == context.repeated.end() || at->key != key ? 0 : at->times;
}

double RepetitionFactor(const SurfaceConfig& surface, std::uint32_t times) {
  if (times == 0) return 1;
  // Not further than a score can be told from 0.
  return std::exp2(-std::min(30.0, 1.0 + times - surface.repeat_limit));
}

// Shown twice as often as the limit, an item has had its turn.
bool IsSpent(const SurfaceConfig& surface, std::uint32_t times) {
  return times > 0 && times >= 2 * surface.repeat_limit;
}

struct Waiting {
  Candidate candidate;
  Traits traits;
  double repetition = 1;
  double similarity = 0;  // the greatest to an item above
  bool full = false;      // it has had its turn, or a topic of it has its share of the places
};

// Below whatever is not full: the lowest that another may come to, over the highest that this may.
double FullFactor(const std::vector<Waiting>& pool, double diversity) {
  double lowest = 0;
  double highest = 0;
  for (const Waiting& waiting : pool) {
    const double score = waiting.candidate.score * waiting.repetition;
    if (!(score > 0)) continue;
    lowest = lowest > 0 ? std::min(lowest, score) : score;
    highest = std::max(highest, score);
  }
  // A diversity of 1 and an item that is the same as another leave nothing to stand below.
  return highest > 0 ? 0.5 * std::max(1 - diversity, 1e-3) * lowest / highest : 1;
}

// Whether the best `kept` may stand as they are: most lists do, and then nothing is worth
// comparing.
bool StandsAsItIs(const SurfaceConfig& surface, const VarietyContext& context, std::size_t count,
                  std::span<const Candidate> best) {
  if (surface.diversity > 0 || !context.repeated.empty()) return false;
  TopicPlaces places(context, surface.topic_cap, count);
  return std::none_of(best.begin(), best.end(), [&](const Candidate& candidate) {
    const Topics topics = TopicsOf(*context.catalogue, candidate.key);
    if (places.IsFull(topics)) return true;
    places.Take(topics);
    return false;
  });
}

}  // namespace

bool WantsVariety(const SurfaceConfig& surface, bool any_repeated) {
  return surface.diversity > 0 || surface.topic_cap < 1 || any_repeated;
}

std::size_t VarietyPool(std::size_t count) { return 3 * count; }

void Diversify(const SurfaceConfig& surface, const VarietyContext& context, std::size_t count,
               std::vector<Candidate>& candidates, StageTrace& trace) {
  const std::size_t kept = std::min(count, candidates.size());
  if (StandsAsItIs(surface, context, count, std::span(candidates).first(kept))) {
    CountDrop(trace, DropReason::kRank, static_cast<std::uint32_t>(candidates.size() - kept));
    candidates.resize(kept);
    trace.out = static_cast<std::uint32_t>(kept);
    return;
  }
  std::vector<Waiting> pool;
  pool.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    const std::uint32_t times = TimesShown(context, candidate.key);
    Waiting& waiting = pool.emplace_back();
    waiting.candidate = candidate;
    waiting.traits = TraitsOf(context, candidate);
    waiting.repetition = RepetitionFactor(surface, times);
    waiting.full = IsSpent(surface, times);
  }
  const double full_factor = FullFactor(pool, surface.diversity);
  const auto score_of = [&](const Waiting& waiting) {
    const double score = waiting.candidate.score;
    if (!(score > 0)) return score;
    return score * waiting.repetition * std::max(1 - surface.diversity * waiting.similarity, 1e-3) *
           (waiting.full ? full_factor : 1);
  };

  TopicPlaces places(context, surface.topic_cap, count);
  candidates.clear();
  while (candidates.size() < kept) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < pool.size(); ++i) {
      const double left = score_of(pool[i]);
      const double right = score_of(pool[best]);
      if (left > right || (left == right && pool[i].candidate.key < pool[best].candidate.key)) {
        best = i;
      }
    }
    Waiting chosen = pool[best];
    pool.erase(pool.begin() + static_cast<std::ptrdiff_t>(best));
    const double score = score_of(chosen);
    chosen.candidate.diversity = score - chosen.candidate.score;
    chosen.candidate.score = score;
    candidates.push_back(chosen.candidate);
    places.Take(chosen.traits.topics);
    for (Waiting& waiting : pool) {
      waiting.full = waiting.full || places.IsFull(waiting.traits.topics);
      if (surface.diversity > 0) {
        waiting.similarity =
            std::max(waiting.similarity, SimilarityOf(waiting.traits, chosen.traits));
      }
    }
  }
  CountDrop(trace, DropReason::kRank, static_cast<std::uint32_t>(pool.size()));
  trace.out = static_cast<std::uint32_t>(kept);
}

double Similarity(const VarietyContext& context, const Candidate& a, const Candidate& b) {
  return SimilarityOf(TraitsOf(context, a), TraitsOf(context, b));
}

ListVariety MeasureVariety(const VarietyContext& context, std::span<const Candidate> list) {
  std::vector<Traits> traits;
  traits.reserve(list.size());
  std::vector<std::uint64_t> topics;
  for (const Candidate& candidate : list) {
    traits.push_back(TraitsOf(context, candidate));
    topics.insert(topics.end(), traits.back().topics.begin(), traits.back().topics.end());
  }
  ListVariety variety;
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < traits.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      variety.similarity += SimilarityOf(traits[i], traits[j]);
      ++pairs;
    }
  }
  if (pairs > 0) variety.similarity /= static_cast<double>(pairs);
  std::sort(topics.begin(), topics.end());
  std::size_t largest = 0;
  for (auto at = topics.begin(); at != topics.end();) {
    const auto next = std::upper_bound(at, topics.end(), *at);
    largest = std::max(largest, static_cast<std::size_t>(next - at));
    ++variety.topics;
    at = next;
  }
  if (!list.empty())
    variety.largest_topic = static_cast<double>(largest) / static_cast<double>(list.size());
  return variety;
}

}  // namespace cofilter::service
