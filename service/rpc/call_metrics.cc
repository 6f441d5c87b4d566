// Counters, histograms and their JSON.
#include "service/rpc/call_metrics.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cofilter::service {

void MethodMetrics::Record(absl::StatusCode code, std::chrono::microseconds took) {
  const auto code_index = std::min<std::size_t>(static_cast<std::size_t>(code), codes_.size() - 1);
  codes_[code_index].fetch_add(1, std::memory_order_relaxed);
  latency_.Record(took);
}

std::uint64_t MethodMetrics::calls(absl::StatusCode code) const {
  return codes_[static_cast<std::size_t>(code)].load(std::memory_order_relaxed);
}

std::uint64_t MethodMetrics::calls() const {
  std::uint64_t sum = 0;
  for (const auto& count : codes_) sum += count.load(std::memory_order_relaxed);
  return sum;
}

MethodMetrics& CallMetrics::Method(std::string_view name, CallType type) {
  std::lock_guard lock(mutex_);
  for (const auto& method : methods_) {
    if (method->name() == name) return *method;
  }
  return *methods_.emplace_back(std::make_unique<MethodMetrics>(std::string(name), type));
}

void CallMetrics::RecordList(const Recommendation& list) {
  const auto add = [](std::atomic<std::uint64_t>& counter, std::uint64_t count) {
    counter.fetch_add(count, std::memory_order_relaxed);
  };
  const auto millionths = [](double share) { return static_cast<std::uint64_t>(share * 1e6); };
  add(levels_[std::min<std::size_t>(static_cast<std::size_t>(list.level), levels_.size() - 1)], 1);
  if (list.items.empty()) return;
  std::array<std::uint64_t, kSourceCount> counts{};
  for (const RecommendedItem& item : list.items) ++counts[static_cast<std::size_t>(item.source)];
  for (std::size_t source = 0; source < kSourceCount; ++source) {
    if (counts[source] > 0) add(sources_[source], counts[source]);
  }
  add(measured_lists_, 1);
  add(similarity_, millionths(list.variety.similarity));
  add(topics_, list.variety.topics);
  add(largest_topic_, millionths(list.variety.largest_topic));
}

std::uint64_t CallMetrics::items(Source source) const {
  return sources_[static_cast<std::size_t>(source)].load(std::memory_order_relaxed);
}

std::uint64_t CallMetrics::lists(Level level) const {
  return levels_[static_cast<std::size_t>(level)].load(std::memory_order_relaxed);
}

std::vector<const MethodMetrics*> CallMetrics::methods() const {
  std::lock_guard lock(mutex_);
  std::vector<const MethodMetrics*> all;
  for (const auto& method : methods_) all.push_back(method.get());
  return all;
}

std::string CallMetrics::ToJson() const {
  nlohmann::json calls = nlohmann::json::object();
  for (const MethodMetrics* method : methods()) {
    if (method->calls() == 0) continue;
    nlohmann::json codes = nlohmann::json::object();
    for (int code = 0; code <= 16; ++code) {
      const auto status_code = static_cast<absl::StatusCode>(code);
      if (method->calls(status_code) > 0) {
        codes[absl::StatusCodeToString(status_code)] = method->calls(status_code);
      }
    }
    nlohmann::json buckets = nlohmann::json::array();
    for (std::size_t i = 0; i <= kLatencyBounds.size(); ++i)
      buckets.push_back(method->latency().bucket(i));
    calls[method->name()] = {{"codes", codes},
                             {"latency_buckets", buckets},
                             {"mean_micros", method->latency().total_micros() / method->calls()}};
  }
  nlohmann::json levels = nlohmann::json::object();
  for (int level = 1; level <= static_cast<int>(Level::kEmpty); ++level) {
    const std::uint64_t count = lists(static_cast<Level>(level));
    if (count > 0) levels[std::string(LevelName(static_cast<Level>(level)))] = count;
  }
  nlohmann::json sources = nlohmann::json::object();
  for (std::size_t source = 1; source < kSourceCount; ++source) {
    const std::uint64_t count = items(static_cast<Source>(source));
    if (count > 0) sources[std::string(SourceName(static_cast<Source>(source)))] = count;
  }
  nlohmann::json all = {{"calls", calls},
                        {"lists", levels},
                        {"items", sources},
                        {"latency_bounds_micros", kLatencyBounds}};
  const auto measured = static_cast<double>(measured_lists_.load(std::memory_order_relaxed));
  if (measured > 0) {
    const auto mean = [&](const std::atomic<std::uint64_t>& sum) {
      return static_cast<double>(sum.load(std::memory_order_relaxed)) / measured;
    };
    all["variety"] = {{"similarity", mean(similarity_) / 1e6},
                      {"topics", mean(topics_)},
                      {"largest_topic", mean(largest_topic_) / 1e6}};
  }
  return all.dump();
}

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kUnspecified:
      return "unspecified";
    case Level::kPersonalised:
      return "personalised";
    case Level::kPersonalisedQuick:
      return "personalised_quick";
    case Level::kTrending:
      return "trending";
    case Level::kPopular:
      return "popular";
    case Level::kNewest:
      return "newest";
    case Level::kEmpty:
      return "empty";
  }
  return "unspecified";
}

std::string_view SourceName(Source source) {
  switch (source) {
    case Source::kUnspecified:
      return "unspecified";
    case Source::kNeighbours:
      return "neighbours";
    case Source::kGlobal:
      return "global";
    case Source::kContent:
      return "content";
    case Source::kTrending:
      return "trending";
    case Source::kPopular:
      return "popular";
    case Source::kNewest:
      return "newest";
    case Source::kEditors:
      return "editors";
  }
  return "unspecified";
}

}  // namespace cofilter::service
