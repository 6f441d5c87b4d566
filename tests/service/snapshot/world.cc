// Builds and moves the small organisation.
#include "tests/service/snapshot/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <random>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "models/artifact.h"
#include "service/store/open_store.h"

namespace cofilter::service {

runtime::Time Day(double days) {
  using namespace std::chrono;
  const auto start = sys_days(year(2026) / 3 / 1);
  return runtime::Time(start) +
         runtime::Duration(static_cast<std::int64_t>(std::llround(days * 86400e6)));
}

data::Item NewsItem(std::string item_id, double published_day) {
  data::Item item;
  item.item_id = std::move(item_id);
  item.kind = data::ItemKind::kNews;
  item.title = "News of " + item.item_id;
  item.published_at = Day(published_day);
  return item;
}

data::Item Course(std::string item_id, std::vector<std::string> prerequisites) {
  data::Item item;
  item.item_id = std::move(item_id);
  item.kind = data::ItemKind::kCourse;
  item.title = "Course " + item.item_id;
  item.prerequisites = std::move(prerequisites);
  return item;
}

std::vector<std::string> Ids(std::string_view prefix, std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i)
    ids.push_back(absl::StrFormat("%s%04d", std::string(prefix), i));
  return ids;
}

models::OperatorArrays RandomOperator(std::string name, std::vector<std::string> ids, unsigned seed,
                                      std::size_t neighbours, std::uint32_t dim) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> unit(0.05f, 1.0f);
  std::normal_distribution<float> normal;
  std::sort(ids.begin(), ids.end());
  models::OperatorArrays arrays;
  arrays.name = std::move(name);
  const std::size_t items = ids.size();
  arrays.item_ids = std::move(ids);
  arrays.dim = dim;
  arrays.members = 100;
  arrays.interactions = 1000;
  models::DialEffects& dial = arrays.facts.dial.emplace();
  for (std::size_t notch = 0; notch < dial.recall.size(); ++notch) {
    dial.recall[notch] = 0.2 - 0.002 * static_cast<double>(notch);
    dial.tail_recall[notch] = 0.05 + 0.01 * static_cast<double>(notch);
  }
  for (std::size_t i = 0; i < items; ++i) {
    arrays.degrees.push_back(1 + std::floor(40 * unit(random)));
    arrays.trend.push_back(arrays.degrees.back() * unit(random));
    for (std::uint32_t d = 0; d < dim; ++d) arrays.embeddings.push_back(0.3f * normal(random));
  }
  models::ListBlockArrays list;
  list.offsets.push_back(0);
  for (std::size_t i = 0; i < items; ++i) {
    std::set<std::uint32_t> targets;
    for (std::size_t n = 0; n < neighbours && items > 1; ++n) {
      const auto target = static_cast<std::uint32_t>(random() % items);
      if (target != i) targets.insert(target);
    }
    for (const std::uint32_t target : targets) {
      list.targets.push_back(target);
      list.values.push_back(unit(random));
    }
    list.offsets.push_back(list.targets.size());
  }
  arrays.lists.push_back(std::move(list));

  models::ListBlockParameters block;
  block.source_exponent = 0.65;
  arrays.parameters.global.weight = 0.4;
  arrays.parameters.global.source_exponent = 0.5;
  for (int notch = 0; notch < models::kNotches; ++notch) {
    block.target_exponent[static_cast<std::size_t>(notch)] = 0.05 * notch;
    arrays.parameters.global.target_exponent[static_cast<std::size_t>(notch)] = -0.2 + 0.05 * notch;
  }
  arrays.parameters.lists.push_back(block);
  arrays.parameters.history.by_rank = 0.3;
  arrays.parameters.history.by_age = 0.2;
  arrays.parameters.content.gain = 1.5;
  arrays.content.buckets = 1u << 10;
  for (std::uint32_t b = 0; b < arrays.content.buckets; ++b) {
    arrays.content.idf.push_back(unit(random));
    for (std::uint32_t d = 0; d < dim; ++d) arrays.content.map.push_back(0.3f * normal(random));
  }
  return arrays;
}

PublisherOptions World::QuietOptions() {
  PublisherOptions options;
  options.run_thread = false;
  return options;
}

World::World(ServerConfig base, PublisherOptions options)
    : directory(*runtime::TemporaryDirectory::Create("cofilter-world")) {
  base.store_path = directory.path() + "/store.db";
  base.models_directory = directory.path() + "/models";
  EXPECT_TRUE(runtime::MakeDirectories(base.models_directory).ok());
  config = std::make_shared<const ServerConfig>(std::move(base));
  absl::StatusOr<std::unique_ptr<Store>> opened = OpenStore(*config, clock);
  EXPECT_TRUE(opened.ok()) << opened.status();
  store = *std::move(opened);
  RestartPublisher(options);
}

World::~World() {
  publisher.reset();
  holder.reset();
  store.reset();
}

void World::RestartPublisher(PublisherOptions options) {
  publisher.reset();
  holder = std::make_unique<SnapshotHolder>(config, &clock);
  publisher = SnapshotPublisher::Start(config, store.get(), &clock, holder.get(), options);
}

Sequence World::Upsert(std::vector<data::Item> items) {
  const auto stored = store->catalogue().Upsert(items);
  EXPECT_TRUE(stored.ok()) << stored.status();
  const Sequence revision = stored->back().item.revision;
  const absl::Status status = publisher->CatchUp(revision);
  EXPECT_TRUE(status.ok()) << status;
  return revision;
}

void World::Record(std::string member_id, std::string item_id, data::Verb verb,
                   std::string surface) {
  RecordAt(clock.Now(), std::move(member_id), std::move(item_id), verb, std::move(surface));
}

void World::RecordAt(runtime::Time at, std::string member_id, std::string item_id, data::Verb verb,
                     std::string surface) {
  data::Event event;
  event.event_id = absl::StrCat("e", next_event_++);
  event.member_id = std::move(member_id);
  event.item_id = std::move(item_id);
  event.verb = verb;
  event.occurred_at = at;
  event.received_at = clock.Now();
  event.surface = std::move(surface);
  std::vector<data::Event> events = {event};
  const std::vector<CountedEvent> counted = CountedEvents(events);
  std::promise<absl::StatusOr<RecordOutcome>> done;
  store->events().Record(std::move(events), [&](absl::StatusOr<RecordOutcome> outcome) {
    done.set_value(std::move(outcome));
  });
  const absl::StatusOr<RecordOutcome> outcome = done.get_future().get();
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  const auto snapshot = holder->Current();
  snapshot->counters->Record(counted, *outcome, snapshot->catalogue);
}

void World::SetUnit(std::string member_id, std::string org_unit) {
  data::Member member;
  member.member_id = std::move(member_id);
  member.org_unit = std::move(org_unit);
  const absl::Status status = store->members().Upsert(std::span(&member, 1));
  EXPECT_TRUE(status.ok()) << status;
}

std::uint64_t World::PublishModel(std::vector<models::OperatorArrays> operators) {
  models::ArtifactDescription description;
  description.tool_version = "test";
  const auto version = models::PublishArtifact(config->models_directory, description, operators);
  EXPECT_TRUE(version.ok()) << version.status();
  return *version;
}

void World::Point(std::uint64_t version) {
  const auto pointer = store->model_pointer().Get();
  ASSERT_TRUE(pointer.ok()) << pointer.status();
  const auto set = store->model_pointer().Set(version, pointer->revision, "test", "because");
  ASSERT_TRUE(set.ok()) << set.status();
}

std::uint64_t World::Promote(std::vector<models::OperatorArrays> operators) {
  const std::uint64_t version = PublishModel(std::move(operators));
  Point(version);
  const absl::Status status = publisher->Follow();
  EXPECT_TRUE(status.ok()) << status;
  return version;
}

}  // namespace cofilter::service
