// One training and one server for each kind of text; what is new comes once the model serves.
#include "bench/cold_items.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/generated_set.h"
#include "bench/served_set.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "bench/training_run.h"
#include "data/line_reader.h"
#include "data/split.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr int kColdLength = 100;
// A topic that all new items have and no other: the list is asked for among these. It has neither
// letters nor digits and was never in the training, so nothing is learnt from it.
constexpr const char* kNewHere = "★★";
constexpr double kUpsertLimitMs = 2;

// Items and who has them, the new ones apart.
struct ColdSet {
  std::string name;
  data::Split parts;
  std::vector<data::Item> known;
  std::vector<data::Item> fresh;
};

struct ColdBars {
  std::optional<Bar> recall;
  std::optional<Bar> upsert;
};

// Each line: a count, then as many numbers.
absl::StatusOr<std::vector<std::vector<std::size_t>>> ReadNumberLists(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(data::LineReader reader, data::LineReader::Open(path));
  std::vector<std::vector<std::size_t>> lists;
  data::Line line;
  while (reader.Next(line)) {
    std::vector<std::size_t>& list = lists.emplace_back();
    std::istringstream numbers{std::string(line.text)};
    for (std::size_t number; numbers >> number;) list.push_back(number);
    if (!numbers.eof()) {
      return absl::DataLossError(
          absl::StrCat(path, ":", line.number, ": something that is not a number"));
    }
    if (list.empty() || list.front() != list.size() - 1) {
      return absl::DataLossError(
          absl::StrCat(path, ":", line.number, ": the count at its start is not that of the rest"));
    }
    list.erase(list.begin());
  }
  COFILTER_RETURN_IF_ERROR(reader.status());
  return lists;
}

absl::StatusOr<std::vector<std::string>> ReadLines(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(data::LineReader reader, data::LineReader::Open(path));
  std::vector<std::string> lines;
  data::Line line;
  while (reader.Next(line)) lines.emplace_back(line.text);
  COFILTER_RETURN_IF_ERROR(reader.status());
  return lines;
}

// Topics by article: its tags, and with citations also itself and whom it is linked with.
absl::StatusOr<std::vector<std::vector<std::string>>> ArticleTopics(const std::string& directory,
                                                                    bool with_citations) {
  COFILTER_ASSIGN_OR_RETURN(const std::vector<std::string> tags,
                            ReadLines(directory + "/tags.dat.zst"));
  COFILTER_ASSIGN_OR_RETURN(const auto tagged, ReadNumberLists(directory + "/item-tag.dat.zst"));
  std::vector<std::vector<std::string>> topics(tagged.size());
  for (std::size_t article = 0; article < tagged.size(); ++article) {
    for (const std::size_t tag : tagged[article]) {
      if (tag >= tags.size()) {
        return absl::DataLossError(
            absl::StrCat(directory, ": article ", article, " has tag ", tag, " of ", tags.size()));
      }
      topics[article].push_back(tags[tag]);
    }
  }
  if (!with_citations) return topics;
  COFILTER_ASSIGN_OR_RETURN(const auto cited, ReadNumberLists(directory + "/citations.dat.zst"));
  if (cited.size() != topics.size()) {
    return absl::DataLossError(absl::StrCat(
        directory, ": ", cited.size(), " lines of citations for ", topics.size(), " articles"));
  }
  for (std::size_t article = 0; article < cited.size(); ++article) {
    topics[article].push_back(absl::StrCat("article ", article));
    for (const std::size_t other : cited[article]) {
      topics[article].push_back(absl::StrCat("article ", other));
    }
  }
  return topics;
}

// What the training does not know is new.
ColdSet MakeColdSet(std::string name, data::Split parts, const std::vector<data::Item>& items) {
  ColdSet set{.name = std::move(name), .parts = std::move(parts), .known = {}, .fresh = {}};
  const std::vector<std::string>& trained = set.parts.train.item_ids;
  std::vector<std::string> tested;
  for (const data::TestMember& member : set.parts.test) {
    tested.insert(tested.end(), member.items.begin(), member.items.end());
  }
  std::sort(tested.begin(), tested.end());
  for (const data::Item& item : items) {
    if (std::binary_search(trained.begin(), trained.end(), item.item_id)) {
      set.known.push_back(item);
    } else if (std::binary_search(tested.begin(), tested.end(), item.item_id)) {
      set.fresh.push_back(item);
    }
  }
  return set;
}

absl::StatusOr<ColdSet> ArticleSet(const Settings& settings, bool with_citations) {
  COFILTER_ASSIGN_OR_RETURN(const SetDescriptor set, ResolveSet(settings, "citeulike-a-cold"));
  COFILTER_ASSIGN_OR_RETURN(SetData parts, LoadSet(set));
  COFILTER_ASSIGN_OR_RETURN(auto topics, ArticleTopics(set.directory, with_citations));
  std::vector<data::Item> items(topics.size());
  for (std::size_t article = 0; article < items.size(); ++article) {
    items[article].item_id = absl::StrCat(article);
    items[article].kind = data::ItemKind::kCourse;
    items[article].topics = std::move(topics[article]);
  }
  return MakeColdSet(with_citations ? "citeulike-a, tags and citations" : "citeulike-a, tags",
                     std::move(parts), items);
}

absl::StatusOr<ColdSet> SmokeSet() {
  data::OrganisationSettings organisation;
  organisation.members = 120;
  organisation.items = 150;
  organisation.days = 10;
  organisation.events = 6'000;
  COFILTER_ASSIGN_OR_RETURN(GeneratedSet generated, GenerateSet(organisation));
  COFILTER_ASSIGN_OR_RETURN(data::Split parts, data::SplitColdItems(generated.log, 1));
  return MakeColdSet("smoke", std::move(parts), generated.items);
}

// Nothing may stand between the score and the list: no dates, units or prerequisites.
v1::Item ToCourse(const data::Item& item) {
  v1::Item course;
  course.set_item_id(item.item_id);
  course.set_kind(v1::ITEM_KIND_COURSE);
  course.set_title(item.title);
  for (const std::string& topic : item.topics) course.add_topics(topic);
  return course;
}

absl::Status Upsert(const ServiceClient& client, const std::vector<data::Item>& items,
                    bool with_mark) {
  std::vector<v1::Item> courses;
  courses.reserve(items.size());
  for (const data::Item& item : items) {
    courses.push_back(ToCourse(item));
    if (with_mark) courses.back().add_topics(kNewHere);
  }
  return client.UpsertItems(courses);
}

// Each test member's share of its new items in the list, the mean.
absl::StatusOr<double> RecallOf(const ServiceClient& client, const ColdSet& set) {
  const std::vector<data::TestMember>& test = set.parts.test;
  std::vector<double> recall(test.size(), 0);
  COFILTER_RETURN_IF_ERROR(
      ForEachInFlight(test.size(), kCallsInFlight, [&](std::size_t n) -> absl::Status {
        v1::RecommendItemsRequest request;
        request.set_member_id(set.parts.train.member_ids[test[n].member]);
        request.set_surface(kSurface);
        request.set_count(kColdLength);
        request.set_dial(0);
        request.set_max_reasons(0);
        request.add_topics(kNewHere);
        COFILTER_ASSIGN_OR_RETURN(const v1::RecommendItemsResponse response,
                                  client.Recommend(request));
        for (const v1::RecommendedItem& item : response.recommendation().items()) {
          recall[n] += static_cast<double>(
              std::count(test[n].items.begin(), test[n].items.end(), item.item_id()));
        }
        recall[n] /= static_cast<double>(test[n].items.size());
        return absl::OkStatus();
      }));
  double sum = 0;
  for (const double one : recall) sum += one;
  return sum / static_cast<double>(std::max<std::size_t>(recall.size(), 1));
}

absl::Status Take(const Settings& settings, const ColdSet& set, const ColdBars& bars,
                  Report* report) {
  std::cerr << "cold: " << set.name << ", " << set.fresh.size() << " new items\n";
  std::string place = absl::StrCat(settings.work_directory, "/cold-items-", set.name);
  std::replace(place.begin(), place.end(), ' ', '-');
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(place));
  const std::string log = place + "/train.log";
  const std::string items = place + "/items.jsonl";
  const std::string models = place + "/models";
  COFILTER_RETURN_IF_ERROR(WriteLists(set.parts.train, log));
  COFILTER_RETURN_IF_ERROR(WriteItems(set.known, items));
  COFILTER_ASSIGN_OR_RETURN(const TrainedModel trained,
                            Train(settings, {.log = log,
                                             .format = "list",
                                             .order = data::Order::kNone,
                                             .items = items,
                                             .parameters = "",
                                             .models_directory = models,
                                             .threads = 0,
                                             .flags = {}}));
  COFILTER_ASSIGN_OR_RETURN(const LoadedOperator loaded, LoadOperator(trained.directory));
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                            ServerProcess::Start({.program = settings.programs + "/cofilter-server",
                                                  .directory = place + "/server",
                                                  .models_directory = models,
                                                  .operator_name = loaded.op->name(),
                                                  .worker_threads = 0,
                                                  .cpu = std::nullopt}));
  const ServiceClient client(server->client());
  COFILTER_RETURN_IF_ERROR(Upsert(client, set.known, /*with_mark=*/false));
  COFILTER_RETURN_IF_ERROR(ImportInteractions(client, set.parts.train));
  COFILTER_RETURN_IF_ERROR(client.Promote(trained.version));
  const auto begin = std::chrono::steady_clock::now();
  COFILTER_RETURN_IF_ERROR(Upsert(client, set.fresh, /*with_mark=*/true));
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  COFILTER_ASSIGN_OR_RETURN(const double recall, RecallOf(client, set));
  const auto fresh = static_cast<double>(std::max<std::size_t>(set.fresh.size(), 1));
  report->Add({.name = absl::StrCat(set.name, ": R@100 of new items"),
               .value = recall,
               .unit = "share",
               .bar = bars.recall,
               .spread = {},
               .note = absl::StrCat(set.parts.test.size(), " members, ", set.fresh.size(),
                                    " new items; by chance ",
                                    FormatValue(std::min(1.0, kColdLength / fresh)))});
  report->Add({.name = absl::StrCat(set.name, ": upsert of a new item"),
               .value = took.count() / fresh,
               .unit = "ms",
               .bar = bars.upsert,
               .spread = {},
               .note = "the whole call, in batches, while the server serves"});
  return absl::OkStatus();
}

}  // namespace

absl::Status TakeColdItems(const Settings& settings, Report* report) {
  report->conditions.push_back(
      "new items: a fifth of the items, unknown to the training; they come through the API with "
      "their topics, and the list is asked for among them");
  if (settings.smoke) {
    COFILTER_ASSIGN_OR_RETURN(const ColdSet set, SmokeSet());
    return Take(settings, set, {}, report);
  }
  // A set of one's own tells no texts.
  if (settings.set_directory.has_value()) return absl::OkStatus();
  for (const bool with_citations : {false, true}) {
    const ColdBars bars{AtLeast(with_citations ? 0.615 : 0.578), AtMost(kUpsertLimitMs)};
    const absl::StatusOr<ColdSet> set = ArticleSet(settings, with_citations);
    if (set.ok()) {
      COFILTER_RETURN_IF_ERROR(Take(settings, *set, bars, report));
      continue;
    }
    if (!absl::IsNotFound(set.status())) return set.status();
    AddMissing(set.status(),
               {{with_citations ? "citeulike-a, tags and citations: R@100 of new items"
                                : "citeulike-a, tags: R@100 of new items",
                 *bars.recall}},
               report);
  }
  return absl::OkStatus();
}

}  // namespace cofilter::bench
