// The generated organisation: repeatable, sound, and with the structure that was planted.
#include "data/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "data/generator_output.h"
#include "data/interactions.h"
#include "data/record_json.h"
#include "data/record_source.h"
#include "runtime/digest.h"
#include "tests/data/temporary_files.h"

namespace cofilter::data {
namespace {

OrganisationSettings Small() {
  OrganisationSettings settings;
  settings.members = 400;
  settings.items = 600;
  settings.events = 40'000;
  settings.days = 20;
  return settings;
}

std::unique_ptr<Organisation> Make(const OrganisationSettings& settings) {
  absl::StatusOr<std::unique_ptr<Organisation>> made = Organisation::Create(settings);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::vector<Event> AllEvents(Organisation& organisation) {
  std::vector<Event> events;
  for (std::uint32_t day = 0; day < organisation.settings().days; ++day) {
    absl::StatusOr<std::vector<Event>> more = organisation.EventsOfDay(day);
    EXPECT_TRUE(more.ok()) << more.status();
    events.insert(events.end(), more->begin(), more->end());
  }
  return events;
}

std::string Digest(const OrganisationSettings& settings) {
  const std::unique_ptr<Organisation> organisation = Make(settings);
  std::string all;
  for (const Member& member : organisation->Members()) AppendJson(member, all);
  for (const Item& item : organisation->Items()) AppendJson(item, all);
  for (const Event& event : AllEvents(*organisation)) AppendJson(event, all);
  return runtime::Hex(runtime::Sha256(all)).substr(0, 16);
}

template <typename Record>
std::map<std::string, std::uint32_t> Positions(std::span<const Record> records,
                                               std::string Record::*id) {
  std::map<std::string, std::uint32_t> positions;
  for (const Record& record : records)
    positions.emplace(record.*id, static_cast<std::uint32_t>(positions.size()));
  return positions;
}

TEST(OrganisationTest, IsTheSameOnEveryPlatformForASeed) {
  // Changes only when the generator is changed on purpose; then the sample is made anew.
  EXPECT_EQ(Digest(Small()), "7f6bb718cb8010b3");
  OrganisationSettings other = Small();
  other.seed = 2;
  EXPECT_NE(Digest(other), Digest(Small()));
}

TEST(OrganisationTest, GivesValidRecordsInTheOrderOfTime) {
  const std::unique_ptr<Organisation> organisation = Make(Small());
  for (const Member& member : organisation->Members()) ASSERT_TRUE(ValidateMember(member).ok());
  for (const Item& item : organisation->Items())
    ASSERT_TRUE(ValidateItem(item).ok()) << ValidateItem(item);
  const std::vector<Event> events = AllEvents(*organisation);
  EXPECT_EQ(events.size(), 40'000u);
  std::set<std::string> ids;
  std::set<Verb> verbs;
  for (std::size_t i = 0; i < events.size(); ++i) {
    ASSERT_TRUE(ValidateEvent(events[i]).ok()) << ValidateEvent(events[i]);
    if (i > 0) {
      ASSERT_LE(events[i - 1].occurred_at, events[i].occurred_at);
    }
    ASSERT_TRUE(ids.insert(events[i].event_id).second);
    verbs.insert(events[i].verb);
  }
  for (const Verb verb :
       {Verb::kImpression, Verb::kOpen, Verb::kRead, Verb::kProgress, Verb::kComplete, Verb::kPass,
        Verb::kFail, Verb::kLike, Verb::kShare, Verb::kSave, Verb::kVisit}) {
    EXPECT_TRUE(verbs.contains(verb)) << VerbName(verb);
  }
}

TEST(OrganisationTest, DaysPartTheCatalogueAndTheEvents) {
  const std::unique_ptr<Organisation> organisation = Make(Small());
  std::size_t items = organisation->InitialItems().size();
  EXPECT_GT(items, 100u);
  for (const Item& item : organisation->InitialItems())
    EXPECT_LT(*item.published_at, organisation->StartOf(0));
  for (std::uint32_t day = 0; day < 20; ++day) {
    for (const Item& item : organisation->ItemsPublishedOn(day)) {
      EXPECT_GE(*item.published_at, organisation->StartOf(day));
      EXPECT_LT(*item.published_at, organisation->StartOf(day + 1));
      ++items;
    }
    const absl::StatusOr<std::vector<Event>> events = organisation->EventsOfDay(day);
    ASSERT_TRUE(events.ok());
    for (const Event& event : *events) {
      EXPECT_GE(event.occurred_at, organisation->StartOf(day));
      EXPECT_LT(event.occurred_at, organisation->StartOf(day + 1));
    }
  }
  EXPECT_EQ(items, 600u);
  EXPECT_TRUE(organisation->ItemsPublishedOn(20).empty());
}

TEST(OrganisationTest, RefusesDaysOutOfOrder) {
  const std::unique_ptr<Organisation> organisation = Make(Small());
  EXPECT_EQ(organisation->EventsOfDay(1).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(organisation->EventsOfDay(0).ok());
  EXPECT_EQ(organisation->EventsOfDay(0).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(OrganisationTest, NobodyReadsWhatIsNotOutExpiredOrNotForThem) {
  const std::unique_ptr<Organisation> organisation = Make(Small());
  const auto items = Positions(organisation->Items(), &Item::item_id);
  const auto members = Positions(organisation->Members(), &Member::member_id);
  for (const Event& event : AllEvents(*organisation)) {
    if (event.verb != Verb::kImpression) continue;
    const Item& item = organisation->Items()[items.at(event.item_id)];
    EXPECT_LE(*item.published_at, event.occurred_at);
    if (item.expires_at) {
      EXPECT_LT(event.occurred_at, *item.expires_at);
    }
    if (!item.org_units.empty()) {
      const std::string& unit = organisation->Members()[members.at(event.member_id)].org_unit;
      EXPECT_TRUE(std::any_of(item.org_units.begin(), item.org_units.end(),
                              [&](const std::string& path) { return OrgUnitWithin(unit, path); }));
    }
  }
}

TEST(OrganisationTest, PrerequisitesHaveNoCyclesAndComeFirst) {
  const std::unique_ptr<Organisation> organisation = Make(Small());
  const auto items = Positions(organisation->Items(), &Item::item_id);
  std::size_t with_prerequisites = 0;
  for (std::uint32_t i = 0; i < organisation->Items().size(); ++i) {
    const Item& item = organisation->Items()[i];
    with_prerequisites += !item.prerequisites.empty();
    for (const std::string& before : item.prerequisites) EXPECT_LT(items.at(before), i);
  }
  EXPECT_GT(with_prerequisites, 10u);
  std::map<std::string, std::set<std::string>> completed;
  for (const Event& event : AllEvents(*organisation)) {
    if (event.verb == Verb::kComplete) completed[event.member_id].insert(event.item_id);
    if (event.verb != Verb::kProgress) continue;
    for (const std::string& before : organisation->Items()[items.at(event.item_id)].prerequisites) {
      EXPECT_TRUE(completed[event.member_id].contains(before)) << event.member_id << " " << before;
    }
  }
}

TEST(OrganisationTest, PopularityHasALongTail) {
  OrganisationSettings settings = Small();
  settings.members = 4'000;
  settings.items = 3'000;
  settings.events = 300'000;
  const std::unique_ptr<Organisation> organisation = Make(settings);
  absl::StatusOr<DatasetBuilder> builder = DatasetBuilder::Create({});
  for (const Event& event : AllEvents(*organisation)) builder->Add(event);
  const absl::StatusOr<Dataset> dataset = std::move(*builder).Build();
  std::vector<std::uint32_t> degrees = ItemDegrees(*dataset);
  const std::vector<Band> bands = PopularityBands(degrees, dataset->item_ids);
  std::map<Band, double> share;
  for (std::size_t i = 0; i < degrees.size(); ++i) {
    share[bands[i]] +=
        static_cast<double>(degrees[i]) / static_cast<double>(dataset->interactions.size());
  }
  EXPECT_GT(share[Band::kHead], 0.07) << "1 % of the items";
  EXPECT_LT(share[Band::kTail], 0.50) << "80 % of the items";
  EXPECT_GT(share[Band::kTail], 0.15) << "yet the tail is read";
}

TEST(OrganisationTest, MembersOpenWhatTheyLike) {
  const std::unique_ptr<Organisation> organisation = Make(Small());
  const auto items = Positions(organisation->Items(), &Item::item_id);
  const auto members = Positions(organisation->Members(), &Member::member_id);
  // Openings per impression, for what is liked little and much.
  std::array<double, 2> shown{};
  std::array<double, 2> opened{};
  double affinity_of_reads = 0;
  double reads = 0;
  for (const Event& event : AllEvents(*organisation)) {
    if (event.item_id.empty()) continue;
    const double affinity =
        organisation->Affinity(members.at(event.member_id), items.at(event.item_id));
    ASSERT_GE(affinity, 0);
    ASSERT_LE(affinity, 1);
    if (event.verb == Verb::kRead) {
      affinity_of_reads += affinity;
      reads += 1;
    }
    if (affinity > 0.2 && affinity < 0.6) continue;
    if (event.verb == Verb::kImpression) ++shown[affinity >= 0.6];
    if (event.verb == Verb::kOpen) ++opened[affinity >= 0.6];
  }
  EXPECT_GT(opened[1] / shown[1], 4 * opened[0] / shown[0]);
  double affinity_of_all = 0;
  for (std::uint32_t member = 0; member < 100; ++member) {
    for (std::uint32_t item = 0; item < 600; ++item)
      affinity_of_all += organisation->Affinity(member, item) / 60'000;
  }
  EXPECT_GT(affinity_of_reads / reads, 3 * affinity_of_all);
}

TEST(OrganisationTest, TitlesAreInBothLanguagesAndNameTheSubject) {
  const std::unique_ptr<Organisation> organisation = Make(Small());
  std::map<std::string, int> languages;
  // Items of one topic share words that others lack.
  for (const Item& item : organisation->Items()) {
    ++languages[item.language];
    EXPECT_FALSE(item.title.empty());
    EXPECT_EQ(item.title.find('{'), std::string::npos) << item.title;
    EXPECT_EQ(item.summary.find('{'), std::string::npos) << item.summary;
    if (item.title.find("合同管理") != std::string::npos) {
      EXPECT_THAT(item.topics, testing::Contains("law"));
    }
  }
  EXPECT_NEAR(languages["en"], 180, 40);
  EXPECT_EQ(languages["en"] + languages["zh-CN"], 600);
}

// How close what a member likes in news is to what it likes in learning: the correlation of both
// over members and topics.
double CrossCorrelation(double cross_interest) {
  OrganisationSettings settings = Small();
  settings.cross_interest = cross_interest;
  const std::unique_ptr<Organisation> organisation = Make(settings);
  std::map<std::string, std::array<std::uint32_t, 2>> of_topic;  // an item of either kind
  for (std::uint32_t i = 0; i < organisation->Items().size(); ++i) {
    const Item& item = organisation->Items()[i];
    of_topic[item.topics[0]][item.kind == ItemKind::kCourse] = i;
  }
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (const auto& [topic, items] : of_topic) {
    for (std::uint32_t member = 0; member < 400; ++member) {
      const double read = organisation->Affinity(member, items[0]);
      const double learnt = organisation->Affinity(member, items[1]);
      n += 1, x += read, y += learnt, xx += read * read, yy += learnt * learnt, xy += read * learnt;
    }
  }
  return (n * xy - x * y) / std::sqrt((n * xx - x * x) * (n * yy - y * y));
}

TEST(OrganisationTest, CrossInterestIsPlantedAsStronglyAsAsked) {
  const double none = CrossCorrelation(0);
  const double half = CrossCorrelation(0.5);
  const double full = CrossCorrelation(1);
  EXPECT_GT(half, none + 0.1);
  EXPECT_GT(full, half + 0.1);
  EXPECT_LT(none, 0.25) << "some subjects are liked by many";
}

TEST(OrganisationTest, CrossInterestChangesNeitherMembersNorItems) {
  OrganisationSettings none = Small();
  none.cross_interest = 0;
  const std::unique_ptr<Organisation> a = Make(Small());
  const std::unique_ptr<Organisation> b = Make(none);
  EXPECT_TRUE(std::equal(a->Members().begin(), a->Members().end(), b->Members().begin(),
                         b->Members().end()));
  EXPECT_TRUE(
      std::equal(a->Items().begin(), a->Items().end(), b->Items().begin(), b->Items().end()));
}

TEST(OrganisationTest, VisitsAreForLearningAsOftenAsAsked) {
  OrganisationSettings settings = Small();
  settings.learning_share = 0.1;
  double visits = 0, learning = 0;
  for (const Event& event : AllEvents(*Make(settings))) {
    if (event.verb != Verb::kVisit) continue;
    ++visits;
    learning += event.surface == "learning";
  }
  EXPECT_NEAR(learning / visits, 0.1, 0.03);
}

TEST(OrganisationTest, MoreItemsDoNotChangeTheMembers) {
  OrganisationSettings more = Small();
  more.items = 900;
  const std::unique_ptr<Organisation> a = Make(Small());
  const std::unique_ptr<Organisation> b = Make(more);
  EXPECT_TRUE(std::equal(a->Members().begin(), a->Members().end(), b->Members().begin(),
                         b->Members().end()));
}

TEST(OrganisationTest, SmallestSettingsWork) {
  OrganisationSettings settings;
  settings.members = 10;
  settings.items = 50;
  settings.days = 1;
  settings.events = 100;
  EXPECT_EQ(AllEvents(*Make(settings)).size(), 100u);
  settings.events = 0;
  EXPECT_TRUE(AllEvents(*Make(settings)).empty());
}

TEST(OrganisationSettingsTest, NamesTheSettingThatIsWrong) {
  const auto message = [](const auto& spoil) {
    OrganisationSettings settings;
    spoil(settings);
    return std::string(settings.Validate().message());
  };
  using testing::StartsWith;
  EXPECT_THAT(message([](auto& s) { s.members = 9; }),
              StartsWith("members \"9\" is wrong; right: 10 to"));
  EXPECT_THAT(message([](auto& s) { s.items = 1; }), StartsWith("items "));
  EXPECT_THAT(message([](auto& s) { s.days = 0; }), StartsWith("days "));
  EXPECT_THAT(message([](auto& s) { s.events = 20'000'000'000; }), StartsWith("events "));
  EXPECT_THAT(message([](auto& s) { s.english_share = 1.1; }), StartsWith("english_share "));
  EXPECT_THAT(message([](auto& s) { s.learning_share = -1; }), StartsWith("learning_share "));
  EXPECT_THAT(message([](auto& s) { s.cross_interest = 2; }), StartsWith("cross_interest "));
  EXPECT_THAT(message([](auto& s) { s.start += std::chrono::hours(1); }), StartsWith("start "));
}

using WriteOrganisationTest = TemporaryFilesTest;

TEST_F(WriteOrganisationTest, WritesFilesThatReadBack) {
  OrganisationSettings settings = Small();
  settings.events = 5'000;
  std::uint64_t reported = 0;
  for (const Compression compression :
       {Compression::kNone, Compression::kGzip, Compression::kZstd}) {
    const absl::StatusOr<GeneratorCounts> counts =
        WriteOrganisation(settings, Path("out"), compression,
                          [&reported](std::uint64_t events) { reported = events; });
    ASSERT_TRUE(counts.ok()) << counts.status();
    EXPECT_EQ(counts->events, 5'000u);
    EXPECT_EQ(reported, 5'000u);
    std::vector<Event> events;
    const absl::StatusOr<SourceReport> report = ReadEvents(
        absl::StrCat(Path("out/events.jsonl"), std::string(CompressionSuffix(compression))), {},
        [&events](Event& event) {
          events.push_back(event);
          return absl::OkStatus();
        });
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->quarantined, 0u);
    EXPECT_EQ(events, AllEvents(*Make(settings)));
  }
  std::vector<Item> items;
  ASSERT_TRUE(ReadItems(Path("out/items.jsonl"), {}, [&items](Item& item) {
                items.push_back(item);
                return absl::OkStatus();
              }).ok());
  const std::unique_ptr<Organisation> organisation = Make(settings);
  EXPECT_TRUE(std::equal(items.begin(), items.end(), organisation->Items().begin(),
                         organisation->Items().end()));
  std::size_t members = 0;
  ASSERT_TRUE(ReadMembers(Path("out/members.jsonl"), {}, [&members](Member&) {
                ++members;
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(members, 400u);
}

}  // namespace
}  // namespace cofilter::data
