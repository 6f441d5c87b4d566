// Two logs with the same learning events: all of the news, and one of fifty. Each is trained on and
// told to a server, once with an operator for each surface and once with one for both.
#include "bench/surface_volume.h"

#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/generated_set.h"
#include "bench/list_quality.h"
#include "bench/mixed_history.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/training_run.h"
#include "cli/event_message.h"
#include "data/interactions.h"
#include "data/record_json.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr int kCallsInFlight = 8;
constexpr std::uint32_t kTimesAsManyNews = 50;
constexpr char kLearningSurface[] = "learning";

bool IsLearning(data::ItemKind kind) {
  return kind != data::ItemKind::kNews && kind != data::ItemKind::kArticle;
}

// Surfaces as an operator of a server configures them; `shared`: one operator for both.
std::string SurfacesText(bool shared) {
  const std::string op = shared ? "operator = \"all\"\n" : "";
  return absl::StrCat("[surfaces.news]\nkinds = [\"news\", \"article\"]\n", op,
                      "[surfaces.learning]\n"
                      "kinds = [\"course\", \"material\", \"video\", \"activity\"]\n"
                      "exclude = [\"open\", \"progress\", \"complete\", \"pass\", \"subscribe\"]\n"
                      "topic_cap = 1.0\n",
                      op);
}

struct VolumeLog {
  std::vector<data::Item> items;
  std::vector<data::Event> events;  // those that weigh; the learning test is left out
  std::vector<bool> few;            // by event: also in the log with little news
  SetData set;                      // what learning lists are judged by
};

absl::StatusOr<VolumeLog> MakeLog(bool smoke) {
  data::OrganisationSettings organisation;
  organisation.members = smoke ? 60 : 300;
  organisation.items = smoke ? 120 : 600;
  organisation.days = smoke ? 5 : 20;
  organisation.cross_interest = 0;  // so that news can only stand in the way
  organisation.learning_share = 1.0 / (1 + kTimesAsManyNews);
  organisation.events = smoke ? 20'000 : 600'000;
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<data::Organisation> made,
                            data::Organisation::Create(organisation));
  data::DatasetBuilderOptions options;
  options.weights = data::VerbWeights::Learning();
  options.order = data::Order::kNone;
  COFILTER_ASSIGN_OR_RETURN(data::DatasetBuilder builder, data::DatasetBuilder::Create(options));
  VolumeLog log;
  log.items.assign(made->Items().begin(), made->Items().end());
  std::set<std::string, std::less<>> learning_ids;
  for (const data::Item& item : log.items) {
    if (IsLearning(item.kind)) learning_ids.insert(item.item_id);
  }
  for (std::uint32_t day = 0; day < organisation.days; ++day) {
    COFILTER_RETURN_IF_ERROR(made->ForEachEventOfDay(day, [&](const data::Event& event) {
      if (!(options.weights.of(event.verb) > 0)) return absl::OkStatus();
      builder.Add(event);
      log.events.push_back(event);
      return absl::OkStatus();
    }));
  }
  COFILTER_ASSIGN_OR_RETURN(const data::Dataset whole, std::move(builder).Build());
  std::vector<bool> own;
  for (const std::string& id : whole.item_ids) own.push_back(learning_ids.contains(id));
  const OwnHoldOut out = HoldOutOwn(whole, own, /*seed=*/1);
  log.set.train = MixedTraining(whole, own, out, 0);
  log.set.test = OwnTest(whole, out, /*newcomers=*/false);
  std::set<std::pair<std::string, std::string>> held;
  for (const bool newcomers : {false, true}) {
    for (const data::TestMember& member : OwnTest(whole, out, newcomers)) {
      for (const std::string& item : member.items) {
        held.emplace(whole.member_ids[member.member], item);
      }
    }
  }
  std::erase_if(log.events, [&](const data::Event& event) {
    return held.contains({event.member_id, event.item_id});
  });
  std::uint32_t news = 0;
  for (const data::Event& event : log.events) {
    log.few.push_back(learning_ids.contains(event.item_id) || news++ % kTimesAsManyNews == 0);
  }
  return log;
}

// Nothing may stand between the score and the list: no dates, units or prerequisites.
std::vector<v1::Item> PlainItems(const std::vector<data::Item>& items) {
  std::vector<v1::Item> plain;
  for (const data::Item& item : items) {
    v1::Item& out = plain.emplace_back();
    out.set_item_id(item.item_id);
    out.set_title(item.title);
    out.set_kind(IsLearning(item.kind) ? v1::ITEM_KIND_COURSE : v1::ITEM_KIND_NEWS);
  }
  return plain;
}

absl::StatusOr<ListQuality> AskForCourses(const ServiceClient& client, const SetData& set) {
  const QualityMeter meter(set);
  std::vector<std::vector<std::uint32_t>> lists(set.test.size());
  COFILTER_RETURN_IF_ERROR(
      ForEachInFlight(set.test.size(), kCallsInFlight, [&](std::size_t n) -> absl::Status {
        v1::RecommendItemsRequest request;
        request.set_member_id(set.train.member_ids[set.test[n].member]);
        request.set_surface(kLearningSurface);
        request.set_count(kListLength);
        request.set_dial(0);
        request.set_max_reasons(0);
        COFILTER_ASSIGN_OR_RETURN(const v1::RecommendItemsResponse response,
                                  client.Recommend(request));
        for (const v1::RecommendedItem& item : response.recommendation().items()) {
          if (const auto row = meter.RowOf(item.item_id())) lists[n].push_back(*row);
        }
        return absl::OkStatus();
      }));
  return meter.Measure(lists);
}

absl::StatusOr<ListQuality> ServeAndAsk(const Settings& settings, const VolumeLog& log, bool few,
                                        bool shared) {
  const std::string name = absl::StrCat(few ? "few" : "many", shared ? "-shared" : "");
  std::cerr << "surfaces: news volume, " << name << "\n";
  const std::string place = absl::StrCat(settings.work_directory, "/surfaces-", name);
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(place));
  std::vector<const data::Event*> told;
  std::string lines;
  for (std::size_t n = 0; n < log.events.size(); ++n) {
    if (few && !log.few[n]) continue;
    told.push_back(&log.events[n]);
    data::AppendJson(log.events[n], lines);
    lines += '\n';
  }
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(place + "/events.jsonl", lines));
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(place + "/plans.toml", SurfacesText(shared)));
  COFILTER_RETURN_IF_ERROR(WriteItems(log.items, place + "/items.jsonl"));
  COFILTER_ASSIGN_OR_RETURN(
      const TrainedModel trained,
      Train(settings, {.log = place + "/events.jsonl",
                       .format = "json",
                       .order = data::Order::kNone,
                       .items = place + "/items.jsonl",
                       .parameters = "",
                       .models_directory = place + "/models",
                       .threads = 0,
                       .flags = {"--config", place + "/plans.toml", "--no-search"}}));
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                            ServerProcess::Start({.program = settings.programs + "/cofilter-server",
                                                  .directory = place + "/server",
                                                  .models_directory = place + "/models",
                                                  .operator_name = "",
                                                  .worker_threads = 0,
                                                  .cpu = std::nullopt,
                                                  .surfaces = SurfacesText(shared)}));
  const ServiceClient client(server->client());
  COFILTER_RETURN_IF_ERROR(client.UpsertItems(PlainItems(log.items)));
  COFILTER_RETURN_IF_ERROR(ImportEvents(
      client, told.size(),
      [&](std::size_t n, v1::Event* event) { cli::ToMessage(*told[n], event); }, 4));
  COFILTER_RETURN_IF_ERROR(client.Promote(trained.version));
  return AskForCourses(client, log.set);
}

}  // namespace

absl::Status TakeNewsVolume(const Settings& settings, Report* report) {
  COFILTER_ASSIGN_OR_RETURN(const VolumeLog log, MakeLog(settings.smoke));
  for (const bool shared : {false, true}) {
    COFILTER_ASSIGN_OR_RETURN(const ListQuality few, ServeAndAsk(settings, log, true, shared));
    COFILTER_ASSIGN_OR_RETURN(const ListQuality many, ServeAndAsk(settings, log, false, shared));
    const std::string how = shared ? "one operator for both" : "an operator per surface";
    report->Add(PlainFigure(
        absl::StrCat("courses, as many news, ", how, ": R@20"), few.recall, "share", std::nullopt,
        absl::StrCat("NDCG ", FormatValue(few.ndcg), ", ", log.set.test.size(), " members")));
    report->Add(PlainFigure(absl::StrCat("courses, 50 times the news, ", how, ": R@20"),
                            many.recall, "share", std::nullopt,
                            absl::StrCat("NDCG ", FormatValue(many.ndcg))));
    const double before = few.recall + few.ndcg;
    report->Add(
        PlainFigure(absl::StrCat("share of courses' R + N kept, ", how),
                    before > 0 ? (many.recall + many.ndcg) / before : 1, "share",
                    shared || settings.smoke ? std::nullopt : std::optional(AtLeast(0.99))));
  }
  report->conditions.push_back(
      "news volume, without cross interest: the same learning events beside all of the news "
      "events, 50 times as many, and "
      "beside one news event of 50; each log trained on with default parameters, told to a server "
      "of its own, and every member with a course held out asked for 20 through the API");
  return absl::OkStatus();
}

}  // namespace cofilter::bench
