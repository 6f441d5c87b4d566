// Reads files in the MIND format, or makes a little log of its own.
#include "bench/news_set.h"

#include <chrono>
#include <filesystem>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

std::string FileOf(const std::string& directory, const std::string& name) {
  for (const char* ending : {"", ".zst"}) {
    const std::string path = absl::StrCat(directory, "/", name, ending);
    if (std::filesystem::exists(path)) return path;
  }
  return "";
}

data::Item& ItemOf(const std::string& id, NewsSet* set) {
  data::Item& item = set->items[id];
  if (item.item_id.empty()) {
    item.item_id = id;
    item.kind = data::ItemKind::kNews;
  }
  return item;
}

void SetTimes(NewsSet* set) {
  const auto midnight = [](runtime::Time at) {
    return runtime::Time(std::chrono::floor<std::chrono::days>(at).time_since_epoch());
  };
  set->begin = midnight(set->impressions.front().at);
  set->test = midnight(set->impressions.back().at);
  for (const data::MindImpression& impression : set->impressions) {
    for (const std::string& id : impression.history) ItemOf(id, set);
    for (const std::string& id : impression.shown) {
      data::Item& item = ItemOf(id, set);
      if (!item.published_at.has_value()) item.published_at = impression.at;
    }
  }
  std::erase_if(set->items, [](const auto& entry) { return entry.second.item_id.empty(); });
  for (auto& [id, item] : set->items) {
    if (item.title.empty()) item.title = id;
    if (!item.published_at.has_value()) item.expires_at = set->begin;
  }
}

}  // namespace

absl::StatusOr<NewsSet> ReadNewsSet(const std::string& directory) {
  const std::string behaviors = FileOf(directory, "behaviors.tsv");
  if (behaviors.empty()) {
    return absl::NotFoundError(absl::StrCat(
        directory, "/behaviors.tsv is missing; it comes with MIND, https://msnews.github.io"));
  }
  NewsSet set;
  COFILTER_ASSIGN_OR_RETURN(set.impressions, data::ReadMindImpressions(behaviors));
  if (set.impressions.empty()) {
    return absl::NotFoundError(absl::StrCat(behaviors, " holds no impression"));
  }
  SetTimes(&set);
  for (const char* name : {"news_zh.tsv", "news_en.tsv", "news.tsv"}) {
    const std::string path = FileOf(directory, name);
    if (path.empty()) continue;
    COFILTER_ASSIGN_OR_RETURN(const std::vector<data::MindNews> news, data::ReadMindNews(path));
    for (const data::MindNews& one : news) {
      const auto item = set.items.find(one.news_id);
      if (item == set.items.end()) continue;
      if (item->second.title == one.news_id && !one.title.empty()) item->second.title = one.title;
      if (item->second.topics.empty()) item->second.topics = one.topics;
    }
  }
  return set;
}

NewsSet GenerateNewsSet() {
  constexpr int kTopics = 5, kItemsADay = 40, kDays = 4, kMembers = 60, kShownADay = 150;
  NewsSet set;
  std::mt19937_64 random(1);
  const auto chance = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  const runtime::Time begin{std::chrono::hours(24) * 18'000};
  const auto id_of = [](int day, int n) { return absl::StrCat("n", day, "-", n); };
  for (int day = 0; day < kDays; ++day) {
    for (int n = 0; n < kShownADay; ++n) {
      data::MindImpression& shown = set.impressions.emplace_back();
      shown.impression_id = absl::StrCat(day * kShownADay + n);
      const int member = static_cast<int>(random() % kMembers);
      shown.member_id = absl::StrCat("m", member);
      shown.at = begin + std::chrono::hours(24 * day) + std::chrono::minutes(9 * n);
      for (int k = 0; k < 6; ++k) {
        shown.history.push_back(absl::StrCat("old", member % kTopics, "-", (member + k) % 12));
      }
      for (int k = 0; k < 10; ++k) {
        const int item = static_cast<int>(random() % kItemsADay);
        shown.shown.push_back(id_of(day, item));
        const double taste = item % kTopics == member % kTopics ? 0.25 : 0.05;
        shown.clicked.push_back(chance() < taste + 0.3 * (item % 7 == 0));
      }
    }
  }
  SetTimes(&set);
  for (auto& [id, item] : set.items) {
    const int number = std::stoi(id.substr(id.find('-') + 1));
    const int topic = id.starts_with("old") ? id[3] - '0' : number % kTopics;
    item.title = absl::StrCat("topic", topic, " story ", number);
    item.topics = {absl::StrCat("t", topic)};
  }
  return set;
}

}  // namespace cofilter::bench
