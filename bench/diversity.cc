// diversity: what the re-ranker costs in accuracy and buys in variety, through the API of a real
// server with one surface for each strength; and how often a session is shown the same.
#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/generated_set.h"
#include "bench/list_quality.h"
#include "bench/list_variety.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "bench/set_items.h"
#include "bench/training_run.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr int kCallsInFlight = 8;
constexpr std::array<const char*, 2> kSets = {"ml-latest-small", "coco-learning-last"};

struct Strength {
  const char* surface;
  const char* name;
  const char* settings;  // TOML; what is not set is the default
  int limit = 0;         // its repeat_limit
};
constexpr std::array<Strength, 5> kStrengths = {{
    {"off", "off", "diversity = 0.0\ntopic_cap = 1.0\n"},
    {"usual", "default", ""},
    {"cap50", "topic_cap 0.5", "topic_cap = 0.5\n"},
    {"mild", "diversity 0.2", "diversity = 0.2\n"},
    {"strong", "diversity 0.5", "diversity = 0.5\n"},
}};

// A session: one member calls so often, and clicks nothing.
constexpr std::size_t kSessions = 300;
constexpr int kSessionCalls = 6;
constexpr std::uint32_t kSessionLength = 10;
constexpr std::array<Strength, 2> kSessionSurfaces = {{
    {"free", "repeat_limit 0", ""},
    {"capped", "repeat_limit 2", "repeat_limit = 2\n", 2},
}};

std::string SurfacesText(const std::string& operator_name) {
  std::string text;
  const auto add = [&](const Strength& one) {
    absl::StrAppend(&text, "[surfaces.", one.surface,
                    "]\nkinds = [\"course\"]\nexclude = [\"complete\"]\noperator = \"",
                    operator_name, "\"\n", one.settings, "[surfaces.", one.surface,
                    ".weights]\ncomplete = 1.0\n\n");
  };
  for (const Strength& one : kStrengths) add(one);
  for (const Strength& one : kSessionSurfaces) add(one);
  return text;
}

// Every item that the training knows, with what is told of it.
std::vector<v1::Item> Catalogue(const data::Dataset& train, const std::vector<data::Item>& items) {
  std::unordered_map<std::string, const data::Item*> by_id;
  for (const data::Item& item : items) by_id.emplace(item.item_id, &item);
  std::vector<v1::Item> catalogue;
  for (const std::string& id : train.item_ids) {
    v1::Item& item = catalogue.emplace_back();
    item.set_item_id(id);
    item.set_kind(v1::ITEM_KIND_COURSE);
    item.set_title(id);
    if (const auto found = by_id.find(id); found != by_id.end()) {
      if (!found->second->title.empty()) item.set_title(found->second->title);
      for (const std::string& topic : found->second->topics) item.add_topics(topic);
    }
  }
  return catalogue;
}

absl::StatusOr<std::vector<std::string>> Ask(const ServiceClient& client, const std::string& member,
                                             const char* surface, std::uint32_t count) {
  v1::RecommendItemsRequest request;
  request.set_member_id(member);
  request.set_surface(surface);
  request.set_count(static_cast<int>(count));
  request.set_dial(0);
  request.set_max_reasons(0);
  COFILTER_ASSIGN_OR_RETURN(const v1::RecommendItemsResponse response, client.Recommend(request));
  std::vector<std::string> ids;
  for (const v1::RecommendedItem& item : response.recommendation().items()) {
    ids.push_back(item.item_id());
  }
  return ids;
}

class DiversityRun {
 public:
  DiversityRun(const SetData& data, const ServiceClient& client, const training::ItemFacets& facets,
               std::string name)
      : data_(data), client_(client), facets_(facets), meter_(data), name_(std::move(name)) {}

  absl::Status Take(bool with_bars, Report* report) const {
    std::optional<ListQuality> off;
    for (const Strength& strength : kStrengths) {
      COFILTER_RETURN_IF_ERROR(TakeStrength(strength, with_bars, &off, report));
    }
    for (const Strength& session : kSessionSurfaces) {
      COFILTER_RETURN_IF_ERROR(TakeSessions(session, with_bars, report));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status TakeStrength(const Strength& strength, bool with_bars,
                            std::optional<ListQuality>* off, Report* report) const {
    std::vector<std::vector<std::uint32_t>> lists(data_.test.size());
    std::vector<std::uint32_t> members;
    for (const data::TestMember& member : data_.test) members.push_back(member.member);
    COFILTER_RETURN_IF_ERROR(
        ForEachInFlight(lists.size(), kCallsInFlight, [&](std::size_t n) -> absl::Status {
          COFILTER_ASSIGN_OR_RETURN(
              const std::vector<std::string> ids,
              Ask(client_, data_.train.member_ids[members[n]], strength.surface, kListLength));
          for (const std::string& id : ids) {
            if (const auto row = meter_.RowOf(id)) lists[n].push_back(*row);
          }
          return absl::OkStatus();
        }));
    const ListQuality quality = meter_.Measure(lists);
    const MeanVariety varied = MeasureVarieties(lists, members, data_.train, facets_);
    const std::string prefix = absl::StrCat(name_, ", ", strength.name, ": ");
    const bool first = !off->has_value();
    report->Add(PlainFigure(prefix + "R@20", quality.recall, "share"));
    report->Add(PlainFigure(prefix + "N@20", quality.ndcg, "share"));
    if (first) {
      *off = quality;
    } else {
      const double before = (*off)->recall + (*off)->ndcg;
      report->Add(PlainFigure(prefix + "cost in R + N",
                              before > 0 ? 100 * (1 - (quality.recall + quality.ndcg) / before) : 0,
                              "%"));
    }
    report->Add(
        PlainFigure(prefix + "similarity by embeddings", varied.embedding_similarity, "share"));
    if (!facets_.has_topics) return absl::OkStatus();
    report->Add(PlainFigure(prefix + "similarity by topics", varied.topic_similarity, "share"));
    report->Add(PlainFigure(prefix + "topics in a list", varied.topics, "count"));
    report->Add(PlainFigure(prefix + "largest topic", varied.largest_topic, "share"));
    report->Add(PlainFigure(prefix + "lists that one topic fills", varied.filled, "share",
                            !first && with_bars ? std::optional(AtMost(0)) : std::nullopt,
                            "of members who read something else as well"));
    return absl::OkStatus();
  }

  // How often a session shows an item, and how much of each list after the first is new.
  absl::Status TakeSessions(const Strength& session, bool with_bars, Report* report) const {
    const std::size_t sessions = std::min(kSessions, data_.test.size());
    std::vector<double> showings(sessions, 0);
    std::vector<double> most(sessions, 0);
    std::vector<double> different(sessions, 0);
    COFILTER_RETURN_IF_ERROR(
        ForEachInFlight(sessions, kCallsInFlight, [&](std::size_t n) -> absl::Status {
          std::map<std::string, int> shown;
          for (int call = 0; call < kSessionCalls; ++call) {
            COFILTER_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                                      Ask(client_, data_.train.member_ids[data_.test[n].member],
                                          session.surface, kSessionLength));
            for (const std::string& id : ids) ++shown[id];
          }
          for (const auto& [id, times] : shown) {
            showings[n] += times;
            most[n] = std::max(most[n], static_cast<double>(times));
          }
          different[n] = static_cast<double>(shown.size());
          if (!shown.empty()) showings[n] /= different[n];
          return absl::OkStatus();
        }));
    const auto mean = [&](const std::vector<double>& values) {
      double sum = 0;
      for (const double value : values) sum += value;
      return values.empty() ? 0 : sum / static_cast<double>(values.size());
    };
    const std::string prefix =
        absl::StrCat(name_, ", ", kSessionCalls, " calls of ", kSessionLength, ", ", session.name);
    report->Add(PlainFigure(prefix + ": times an item is shown", mean(showings), "count"));
    const bool limited = session.limit > 0;
    report->Add(PlainFigure(
        prefix + ": most times that any item is shown",
        most.empty() ? 0 : *std::max_element(most.begin(), most.end()), "count",
        limited && with_bars ? std::optional(AtMost(2 * session.limit)) : std::nullopt));
    report->Add(PlainFigure(prefix + ": different items", mean(different), "count"));
    return absl::OkStatus();
  }

  const SetData& data_;
  const ServiceClient& client_;
  const training::ItemFacets& facets_;
  const QualityMeter meter_;
  const std::string name_;
};

absl::Status TakeSet(const Settings& settings, const SetDescriptor& set, Report* report) {
  std::cerr << "diversity: " << set.name << "\n";
  COFILTER_ASSIGN_OR_RETURN(const SetData data, LoadSet(set));
  COFILTER_ASSIGN_OR_RETURN(const std::vector<data::Item> items, ReadSetItems(set));
  const std::string place = absl::StrCat(settings.work_directory, "/diversity-", set.name);
  COFILTER_ASSIGN_OR_RETURN(const TrainedModel trained,
                            TrainOnSet(settings, set, "", place + "-models"));
  COFILTER_ASSIGN_OR_RETURN(const LoadedOperator loaded, LoadOperator(trained.directory));
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                            ServerProcess::Start({.program = settings.programs + "/cofilter-server",
                                                  .directory = place,
                                                  .models_directory = place + "-models",
                                                  .operator_name = loaded.op->name(),
                                                  .worker_threads = 0,
                                                  .cpu = std::nullopt,
                                                  .surfaces = SurfacesText(loaded.op->name())}));
  const ServiceClient client(server->client());
  COFILTER_RETURN_IF_ERROR(client.UpsertItems(Catalogue(data.train, items)));
  COFILTER_RETURN_IF_ERROR(ImportInteractions(client, data.train));
  COFILTER_RETURN_IF_ERROR(client.Promote(trained.version));
  const training::ItemFacets facets = training::MakeItemFacets(data.train, items, loaded.op);
  return DiversityRun(data, client, facets, set.name).Take(!settings.smoke, report);
}

}  // namespace

absl::StatusOr<Report> RunDiversity(const Settings& settings) {
  Report report{.bench = "diversity", .figures = {}, .conditions = {}, .curves = {}};
  report.conditions = {
      "every test member asked for 20 through RecommendItems on each surface, dial 0; parameters "
      "chosen by the trainer; off: diversity 0 and no cap on topics",
      "similarity: the mean over the pairs of a list, then over lists; by topics what two items "
      "share of all that they have, by embeddings their cosine",
      absl::StrCat("sessions: the first ", kSessions, " test members, who click nothing")};
  if (settings.set_directory.has_value() || settings.smoke) {
    COFILTER_ASSIGN_OR_RETURN(const SetDescriptor set, ResolveSet(settings, "smoke"));
    COFILTER_RETURN_IF_ERROR(TakeSet(settings, set, &report));
    return report;
  }
  std::vector<std::string> names(kSets.begin(), kSets.end());
  if (settings.set_name.has_value()) names = {*settings.set_name};
  for (const std::string& name : names) {
    const absl::StatusOr<SetDescriptor> set = ResolveSet(settings, name);
    if (absl::IsNotFound(set.status())) {
      AddMissing(set.status(),
                 {{absl::StrCat(name, ", default: lists that one topic fills"), AtMost(0)}},
                 &report);
      continue;
    }
    COFILTER_RETURN_IF_ERROR(set.status());
    COFILTER_RETURN_IF_ERROR(TakeSet(settings, *set, &report));
  }
  return report;
}

}  // namespace cofilter::bench
