// Events become interactions: weights, doubles, retractions, order.
#include "data/interactions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "data/random.h"

namespace cofilter::data {
namespace {

using testing::ElementsAre;

runtime::Time Second(std::int64_t second) { return runtime::Time(std::chrono::seconds(second)); }

Event Make(std::string id, std::string member, std::string item, Verb verb, std::int64_t second) {
  Event event;
  event.event_id = std::move(id);
  event.member_id = std::move(member);
  event.item_id = std::move(item);
  event.verb = verb;
  event.occurred_at = Second(second);
  return event;
}

Event Retraction(std::string member, std::string retracted) {
  Event event = Make("r-" + retracted, std::move(member), "", Verb::kRetract, 1);
  event.retracts_event_id = std::move(retracted);
  return event;
}

Dataset Build(const std::vector<Event>& events, DatasetBuilderOptions options = {}) {
  absl::StatusOr<DatasetBuilder> builder = DatasetBuilder::Create(std::move(options));
  EXPECT_TRUE(builder.ok());
  for (const Event& event : events) builder->Add(event);
  absl::StatusOr<Dataset> dataset = std::move(*builder).Build();
  EXPECT_TRUE(dataset.ok());
  return *std::move(dataset);
}

TEST(DatasetBuilderTest, KeepsTheLargestWeightAndTheLatestTime) {
  const Dataset dataset =
      Build({Make("1", "m", "i", Verb::kRead, 10), Make("2", "m", "i", Verb::kOpen, 30),
             Make("3", "m", "i", Verb::kImpression, 99)});
  ASSERT_EQ(dataset.interactions.size(), 1u);
  EXPECT_EQ(dataset.interactions[0], (Interaction{0, 1, Second(30)}));
  EXPECT_EQ(dataset.cutoff, Second(99)) << "of all events, counted or not";
}

TEST(DatasetBuilderTest, OrdersMembersByAppearanceItemsByIdAndHistoriesByTime) {
  const Dataset dataset =
      Build({Make("1", "zoe", "c", Verb::kRead, 30), Make("2", "amy", "b", Verb::kRead, 5),
             Make("3", "zoe", "a", Verb::kRead, 20), Make("4", "zoe", "b", Verb::kRead, 40)});
  EXPECT_THAT(dataset.member_ids, ElementsAre("zoe", "amy"));
  EXPECT_THAT(dataset.item_ids, ElementsAre("a", "b", "c"));
  EXPECT_THAT(dataset.offsets, ElementsAre(0, 3, 4));
  EXPECT_THAT(dataset.interactions,
              ElementsAre(Interaction{0, 1, Second(20)}, Interaction{2, 1, Second(30)},
                          Interaction{1, 1, Second(40)}, Interaction{1, 1, Second(5)}));
  EXPECT_EQ(dataset.order, Order::kTime);
}

TEST(DatasetBuilderTest, CountsAnEventIdOnce) {
  // The second event has the id of the first, and so does not count.
  const Dataset dataset =
      Build({Make("1", "m", "a", Verb::kOpen, 10), Make("1", "m", "b", Verb::kRead, 20)});
  EXPECT_THAT(dataset.item_ids, ElementsAre("a"));
  EXPECT_EQ(dataset.interactions[0].weight, 0.5f);
}

TEST(DatasetBuilderTest, RetractionsWorkBeforeAndAfterTheirEvent) {
  const Dataset dataset =
      Build({Retraction("m", "2"), Make("1", "m", "a", Verb::kRead, 10),
             Make("2", "m", "b", Verb::kRead, 20), Make("3", "m", "c", Verb::kRead, 30),
             Retraction("m", "3"), Retraction("m", "unknown")});
  EXPECT_THAT(dataset.item_ids, ElementsAre("a"));
}

TEST(DatasetBuilderTest, ARetractionLeavesOtherEventsOfThePair) {
  const Dataset dataset = Build({Make("1", "m", "a", Verb::kOpen, 10),
                                 Make("2", "m", "a", Verb::kLike, 20), Retraction("m", "2")});
  ASSERT_EQ(dataset.interactions.size(), 1u);
  EXPECT_EQ(dataset.interactions[0], (Interaction{0, 0.5f, Second(10)}));
}

TEST(DatasetBuilderTest, NobodyRetractsForAnother) {
  const Dataset dataset = Build({Make("1", "m", "a", Verb::kRead, 10), Retraction("other", "1")});
  EXPECT_EQ(dataset.interactions.size(), 1u);
}

TEST(DatasetBuilderTest, AsksOncePerItemWhetherItBelongs) {
  std::vector<std::string> asked;
  DatasetBuilderOptions options;
  options.accept_item = [&asked](std::string_view item) {
    asked.emplace_back(item);
    return item != "no";
  };
  const Dataset dataset =
      Build({Make("1", "a", "no", Verb::kRead, 1), Make("2", "b", "yes", Verb::kRead, 2),
             Make("3", "c", "no", Verb::kRead, 3)},
            options);
  EXPECT_THAT(asked, ElementsAre("no", "yes"));
  EXPECT_THAT(dataset.member_ids, ElementsAre("b")) << "who has nothing left is left out";
  EXPECT_THAT(dataset.item_ids, ElementsAre("yes"));
}

TEST(DatasetBuilderTest, BuildsNothingFromNothing) {
  const Dataset dataset = Build({});
  EXPECT_EQ(dataset.members(), 0u);
  EXPECT_EQ(dataset.items(), 0u);
}

TEST(DatasetBuilderTest, SequencesKeepOrderWithoutTimes) {
  DatasetBuilderOptions options;
  options.order = Order::kSequence;
  Dataset dataset =
      Build({Make("1", "m", "b", Verb::kRead, 1), Make("2", "m", "a", Verb::kRead, 2)}, options);
  EXPECT_THAT(dataset.interactions, ElementsAre(Interaction{1, 1, {}}, Interaction{0, 1, {}}));
  EXPECT_EQ(dataset.cutoff, runtime::Time{});
  options.order = Order::kNone;
  dataset =
      Build({Make("1", "m", "b", Verb::kRead, 1), Make("2", "m", "a", Verb::kRead, 2)}, options);
  EXPECT_THAT(dataset.interactions, ElementsAre(Interaction{0, 1, {}}, Interaction{1, 1, {}}));
}

TEST(DatasetBuilderTest, RefusesWeightsOutOfRange) {
  DatasetBuilderOptions options;
  options.weights.of(Verb::kRead) = 3;
  EXPECT_EQ(DatasetBuilder::Create(options).status().code(), absl::StatusCode::kInvalidArgument);
}

// Against the obvious way with maps.
TEST(DatasetBuilderTest, AgreesWithTheObviousWay) {
  Random random(3);
  std::vector<Event> events;
  for (int i = 0; i < 20'000; ++i) {
    // Some ids come twice, and some events are retracted, now and then by somebody else.
    const std::string member = absl::StrCat("m", random.Below(50));
    if (random.Chance(0.1)) {
      events.push_back(Retraction(member, absl::StrCat("e", random.Below(15'000))));
    } else {
      events.push_back(Make(absl::StrCat("e", random.Below(15'000)), member,
                            absl::StrCat("i", random.Below(80)),
                            static_cast<Verb>(1 + random.Below(14)), 1 + random.Below(1'000)));
    }
  }
  const VerbWeights weights = VerbWeights::News();
  std::map<std::string, Event> first;
  std::map<std::pair<std::string, std::string>, Interaction> expected;
  for (const Event& event : events) {
    if (event.verb != Verb::kRetract && weights.of(event.verb) > 0)
      first.emplace(event.event_id, event);
  }
  for (const Event& event : events) {
    if (event.verb != Verb::kRetract) continue;
    const auto found = first.find(event.retracts_event_id);
    if (found != first.end() && found->second.member_id == event.member_id) first.erase(found);
  }
  for (const auto& [id, event] : first) {
    Interaction& pair =
        expected.try_emplace({event.member_id, event.item_id}, Interaction{0, 0, {}}).first->second;
    pair.weight = std::max(pair.weight, weights.of(event.verb));
    pair.at = std::max(pair.at, event.occurred_at);
  }
  const Dataset dataset = Build(events);
  EXPECT_EQ(dataset.interactions.size(), expected.size());
  for (std::size_t member = 0; member < dataset.members(); ++member) {
    for (const Interaction& interaction : dataset.of(member)) {
      const Interaction& pair =
          expected.at({dataset.member_ids[member], dataset.item_ids[interaction.item]});
      EXPECT_EQ(interaction.weight, pair.weight);
      EXPECT_EQ(interaction.at, pair.at);
    }
  }
}

}  // namespace
}  // namespace cofilter::data
