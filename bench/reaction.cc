// reaction: after RecordEvents is acknowledged, are the next list's scores those of an exact
// fold-in?
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/exact_lists.h"
#include "bench/generated_set.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "bench/training_run.h"
#include "models/content_features.h"
#include "runtime/clock.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr int kReactions = 1000;
constexpr int kCount = 150;
constexpr std::size_t kBornLaterEvery = 40;  // one item in so many is unknown to the training

// A generated organisation of which some items are born after the training.
struct World {
  data::Dataset known;  // the training log
  std::vector<v1::Item> known_items;
  std::vector<v1::Item> later_items;
};

// Nothing may stand between the operator's score and the list: no dates, units or prerequisites.
v1::Item ToCourse(const data::Item& item) {
  v1::Item course;
  course.set_item_id(item.item_id);
  course.set_kind(v1::ITEM_KIND_COURSE);
  course.set_title(item.title);
  course.set_summary(item.summary);
  for (const std::string& topic : item.topics) course.add_topics(topic);
  course.set_publisher(item.publisher);
  return course;
}

data::Dataset WithoutItems(const data::Dataset& log, const std::set<std::string>& left_out) {
  data::Dataset kept;
  kept.order = log.order;
  std::vector<std::uint32_t> rows(log.items(), 0);
  std::vector<bool> in(log.items(), false);
  for (std::size_t item = 0; item < log.items(); ++item) {
    in[item] = !left_out.contains(log.item_ids[item]);
    rows[item] = static_cast<std::uint32_t>(kept.item_ids.size());
    if (in[item]) kept.item_ids.push_back(log.item_ids[item]);
  }
  for (std::size_t member = 0; member < log.members(); ++member) {
    for (data::Interaction interaction : log.of(member)) {
      if (!in[interaction.item]) continue;
      interaction.item = rows[interaction.item];
      kept.interactions.push_back(interaction);
    }
    if (kept.interactions.size() == kept.offsets.back()) continue;
    kept.member_ids.push_back(log.member_ids[member]);
    kept.offsets.push_back(kept.interactions.size());
  }
  return kept;
}

absl::StatusOr<World> MakeWorld(const Settings& settings, const std::string& log_path,
                                const std::string& items_path) {
  data::OrganisationSettings organisation;
  organisation.members = settings.smoke ? 100 : 2'000;
  organisation.items = settings.smoke ? 150 : 3'000;
  organisation.events = settings.smoke ? 4'000 : 120'000;
  COFILTER_ASSIGN_OR_RETURN(const GeneratedSet generated, GenerateSet(organisation));
  World world;
  std::set<std::string> later;
  std::vector<data::Item> known;
  for (std::size_t n = 0; n < generated.items.size(); ++n) {
    if (n % kBornLaterEvery == 0) {
      later.insert(generated.items[n].item_id);
      world.later_items.push_back(ToCourse(generated.items[n]));
    } else {
      known.push_back(generated.items[n]);
      world.known_items.push_back(ToCourse(generated.items[n]));
    }
  }
  world.known = WithoutItems(generated.log, later);
  world.known.order = data::Order::kSequence;  // a second apart, so that no two events share a rank
  COFILTER_RETURN_IF_ERROR(WriteLists(world.known, log_path));
  COFILTER_RETURN_IF_ERROR(WriteItems(known, items_path));
  return world;
}

// The history that the server should have, kept here from what was sent.
class Expectation {
 public:
  Expectation(const models::Operator& op, const World& world) : op_(op) {
    for (const auto* items : {&world.known_items, &world.later_items}) {
      for (const v1::Item& item : *items) Embed(item);
    }
    for (std::size_t member = 0; member < world.known.members(); ++member) {
      History& history = histories_[world.known.member_ids[member]];
      history.items = HistoryOf(op, world.known, member).items;
      for (const data::Interaction& interaction : world.known.of(member)) {
        history.ids.insert(world.known.item_ids[interaction.item]);
      }
    }
  }

  bool Has(const std::string& member, const std::string& item) {
    return histories_[member].ids.contains(item);
  }

  void Add(const std::string& member, const std::string& item, runtime::Time at) {
    History& history = histories_[member];
    history.ids.insert(item);
    if (const std::optional<std::uint32_t> row = op_.FindRow(item)) {
      history.items.push_back({.row = *row, .at = at, .foreign = nullptr});
    } else if (const auto found = foreign_.find(item); found != foreign_.end()) {
      history.items.push_back(
          {.row = models::HistoryEntry::kForeign, .at = at, .foreign = &found->second});
    }
  }

  models::FoldedHistory Fold(const std::string& member, runtime::Time now) {
    return FoldExactly(op_, histories_[member].items, now);
  }

  // The sum over the history in double precision; nullopt for an item that neither the operator nor
  // what was learnt of content knows.
  std::optional<double> Score(const models::FoldedHistory& folded, const std::string& item) const {
    std::vector<double> parts;
    if (const std::optional<std::uint32_t> row = op_.FindRow(item)) {
      op_.Contributions(folded, /*notch=*/0, std::vector<std::uint32_t>{*row}, &parts);
    } else if (const auto found = foreign_.find(item); found != foreign_.end()) {
      op_.ForeignContributions(folded, /*notch=*/0, found->second, &parts);
    } else {
      return std::nullopt;
    }
    double sum = 0;
    for (const double part : parts) sum += part;
    return sum;
  }

 private:
  struct History {
    std::vector<HistoryItem> items;
    std::set<std::string> ids;
  };

  // An item that the operator does not know takes part by its content.
  void Embed(const v1::Item& item) {
    if (op_.FindRow(item.item_id()).has_value()) return;
    models::ContentFeatures features{.title = item.title(),
                                     .summary = item.summary(),
                                     .topics = {},
                                     .publisher = item.publisher()};
    for (const std::string& topic : item.topics()) features.topics.push_back(topic);
    if (std::optional<models::ForeignItem> foreign = op_.RelateContent(features)) {
      foreign_[item.item_id()] = *std::move(foreign);
    }
  }

  const models::Operator& op_;
  std::map<std::string, models::ForeignItem> foreign_;
  std::map<std::string, History> histories_;
};

struct Tally {
  int reactions = 0;
  int after_later_item = 0;  // the item read was born after the training
  int off = 0;    // reactions with a score past the tolerance, or the read item still listed
  int moved = 0;  // reactions that changed a score of the list
  std::uint64_t scores = 0;
  std::uint64_t later_scores = 0;  // of items born after the training
  double largest = 0;              // relative difference
};

constexpr double kTolerance = 1e-5;

bool IsPersonal(const v1::RecommendedItem& item) {
  return item.source() == v1::SOURCE_NEIGHBOURS || item.source() == v1::SOURCE_GLOBAL ||
         item.source() == v1::SOURCE_CONTENT;
}

// Compares one list with the fold-in; `before` is the fold-in without the new event.
absl::Status Compare(const v1::Recommendation& list, const Expectation& expected,
                     const models::Operator& op, const models::FoldedHistory& before,
                     const models::FoldedHistory& after, const std::string& read, Tally* tally) {
  bool off = false;
  bool moved = false;
  for (const v1::RecommendedItem& item : list.items()) {
    if (item.item_id() == read) off = true;
    if (!IsPersonal(item)) continue;
    const std::optional<double> exact = expected.Score(after, item.item_id());
    if (!exact.has_value()) {
      return absl::InternalError(
          absl::StrCat("a personal score for ", item.item_id(), ", which has none"));
    }
    const double difference = std::fabs(item.score() - *exact) / std::max(std::fabs(*exact), 1e-12);
    tally->largest = std::max(tally->largest, difference);
    off = off || !(difference <= kTolerance);
    const double unmoved = *expected.Score(before, item.item_id());
    moved = moved || std::fabs(unmoved - *exact) > kTolerance * std::fabs(*exact);
    ++tally->scores;
    if (!op.FindRow(item.item_id()).has_value()) ++tally->later_scores;
  }
  tally->off += off ? 1 : 0;
  tally->moved += moved ? 1 : 0;
  ++tally->reactions;
  return absl::OkStatus();
}

absl::Status React(const ServiceClient& client, const World& world, const models::Operator& op,
                   int reactions, Tally* tally) {
  Expectation expected(op, world);
  for (int n = 0; n < reactions; ++n) {
    const std::string& member =
        world.known.member_ids[static_cast<std::size_t>(n) * 7919 % world.known.members()];
    const bool later = n % 2 == 1;
    const std::vector<v1::Item>& items = later ? world.later_items : world.known_items;
    std::size_t pick = static_cast<std::size_t>(n) * 104729 % items.size();
    while (expected.Has(member, items[pick].item_id())) pick = (pick + 1) % items.size();
    const std::string& read = items[pick].item_id();

    const runtime::Time now = runtime::SystemClock::Instance().Now();
    const models::FoldedHistory before = expected.Fold(member, now);
    v1::RecordEventsRequest record;
    v1::Event* event = record.add_events();
    event->set_event_id(absl::StrCat("reaction-", n));
    event->set_member_id(member);
    event->set_item_id(read);
    event->set_verb(v1::VERB_COMPLETE);
    SetTime(now, event->mutable_occurred_at());
    COFILTER_RETURN_IF_ERROR(client.RecordEvents(record).status());

    v1::RecommendItemsRequest request;
    request.set_member_id(member);
    request.set_surface(kSurface);
    request.set_count(kCount);
    request.set_dial(0);
    COFILTER_ASSIGN_OR_RETURN(const v1::RecommendItemsResponse response, client.Recommend(request));
    expected.Add(member, read, now);
    COFILTER_RETURN_IF_ERROR(Compare(response.recommendation(), expected, op, before,
                                     expected.Fold(member, now), read, tally));
    tally->after_later_item += later ? 1 : 0;
  }
  return absl::OkStatus();
}

void AddFigures(const Tally& tally, Report* report) {
  const auto add = [&](const char* name, double value, const char* unit, std::optional<Bar> bar) {
    report->Add({.name = name, .value = value, .unit = unit, .bar = bar, .spread = {}, .note = {}});
  };
  add("reactions off", tally.off, "count", AtMost(0));
  add("largest relative difference of a score", tally.largest, "ratio", AtMost(kTolerance));
  add("reactions that moved a score of the list", tally.moved, "count",
      AtLeast(tally.reactions * .9));
  add("reactions", tally.reactions, "count", std::nullopt);
  add("reactions to an item born after the training", tally.after_later_item, "count",
      std::nullopt);
  add("scores compared", static_cast<double>(tally.scores), "count", AtLeast(tally.reactions));
  add("of them, of items born after the training", static_cast<double>(tally.later_scores), "count",
      std::nullopt);
}

}  // namespace

absl::StatusOr<Report> RunReaction(const Settings& settings) {
  ServerOptions options{.program = settings.programs + "/cofilter-server",
                        .directory = settings.work_directory + "/reaction",
                        .models_directory = settings.work_directory + "/reaction-models",
                        .operator_name = "",
                        .worker_threads = 0,
                        .cpu = std::nullopt};
  const std::string log = settings.work_directory + "/reaction-log.txt";
  const std::string items = settings.work_directory + "/reaction-items.jsonl";
  COFILTER_ASSIGN_OR_RETURN(const World world, MakeWorld(settings, log, items));
  COFILTER_ASSIGN_OR_RETURN(const TrainedModel trained,
                            Train(settings, {.log = log,
                                             .format = "list",
                                             .order = data::Order::kSequence,
                                             .items = items,
                                             .parameters = "",
                                             .models_directory = options.models_directory,
                                             .flags = {"--no-search", "--by-rank", "0.5"}}));
  COFILTER_ASSIGN_OR_RETURN(const LoadedOperator loaded, LoadOperator(trained.directory));
  options.operator_name = loaded.op->name();

  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                            ServerProcess::Start(options));
  const ServiceClient client(server->client());
  COFILTER_RETURN_IF_ERROR(client.UpsertItems(world.known_items));
  COFILTER_RETURN_IF_ERROR(ImportInteractions(client, world.known));
  COFILTER_RETURN_IF_ERROR(client.Promote(trained.version));
  COFILTER_RETURN_IF_ERROR(client.UpsertItems(world.later_items));
  Tally tally;
  COFILTER_RETURN_IF_ERROR(React(client, world, *loaded.op,
                                 settings.rounds.value_or(settings.smoke ? 50 : kReactions),
                                 &tally));

  Report report{.bench = "reaction", .figures = {}, .conditions = {}, .curves = {}};
  AddFigures(tally, &report);
  report.conditions.push_back(absl::StrCat(
      "a generated organisation of ", world.known.members(), " members and ",
      world.known_items.size(), " items; ", world.later_items.size(),
      " items were upserted after the training; each reaction is one ",
      "RecordEvents and one RecommendItems of ", kCount,
      " items right after its answer; the exact score is the ",
      "sum over the whole new history in double precision, folded in here from the same artifact"));
  const models::HistoryWeightParameters& weights = loaded.op->parameters().history;
  report.conditions.push_back(
      absl::StrCat("history weights by rank ", weights.by_rank, ", by age ", weights.by_age));
  return report;
}

}  // namespace cofilter::bench
