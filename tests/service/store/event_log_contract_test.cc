// What every event log must do: each event once, the pair's state with it, retractions in any
// order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/service/store/store_contract.h"

namespace cofilter::service {
namespace {

using data::Verb;
using testing::ElementsAre;
using testing::IsEmpty;

class EventLogContractTest : public StoreContractTest {};

TEST_P(EventLogContractTest, RecordsAndReadsBackEveryField) {
  data::Event full = MakeEvent({.id = "e1", .verb = Verb::kOther});
  full.other_verb = "applaud";
  full.duration_seconds = 12.5f;
  full.progress = 0.25f;
  full.score = -0.5f;
  full.success = false;
  full.surface = "news";
  full.recommendation_id = "r1";
  full.position = 3;
  full.source_system = "app";
  full.client_id = "客户端";
  full.platform = "ios";
  full.session_id = "s";
  data::Event visit = MakeEvent({.id = "e2", .item = "", .verb = Verb::kVisit});
  const auto outcome = Record(store(), {full, visit});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->recorded, 2u);
  EXPECT_EQ(outcome->durability, Durability::kLocalSync);

  const auto logged = store().events().ReadAfter(0, 10);
  ASSERT_TRUE(logged.ok());
  ASSERT_EQ(logged->size(), 2u);
  EXPECT_EQ((*logged)[0].event, full);
  EXPECT_EQ((*logged)[1].event, visit);
  EXPECT_EQ((*logged)[0].sequence, 1);
  EXPECT_EQ(*store().events().LastSequence(), 2);
  EXPECT_EQ(store().events().ReadAfter(1, 10)->front().event.event_id, "e2");
  EXPECT_EQ(store().events().ReadAfter(0, 1)->size(), 1u);
  EXPECT_THAT(*store().events().ReadAfter(2, 10), IsEmpty());
}

TEST_P(EventLogContractTest, CountsTheSameEventOnceWhenItIsSentAgain) {
  data::Event event = MakeEvent({.id = "e1"});
  ASSERT_TRUE(Record(store(), {event}).ok());
  event.received_at += std::chrono::hours(1);  // the server's own word
  const auto again = Record(store(), {event, event, MakeEvent({.id = "e2"})});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->recorded, 1u);
  EXPECT_EQ(again->duplicates, 2u);
  EXPECT_THAT(again->conflicting_event_ids, IsEmpty());
  ASSERT_EQ(again->applied.size(), 1u);
  EXPECT_EQ(again->applied[0].event_index, 2u);
  EXPECT_EQ(*store().events().LastSequence(), 2);
}

TEST_P(EventLogContractTest, FindsDuplicatesInsideOneBatch) {
  const auto outcome = Record(store(), {MakeEvent({.id = "e1"}), MakeEvent({.id = "e1"}),
                                        MakeEvent({.id = "e1", .minute = 9})});
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->recorded, 1u);
  EXPECT_EQ(outcome->duplicates, 1u);
  EXPECT_THAT(outcome->conflicting_event_ids, ElementsAre("e1"));
}

TEST_P(EventLogContractTest, KeepsTheFirstEventWhenAnotherHasItsId) {
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1"})}).ok());
  data::Event with_surface = MakeEvent({.id = "e1"});
  with_surface.surface = "news";
  data::Event with_progress = MakeEvent({.id = "e1"});
  with_progress.progress = 0.0f;
  for (const data::Event& other :
       {MakeEvent({.id = "e1", .member = "bob"}), MakeEvent({.id = "e1", .item = "i2"}),
        MakeEvent({.id = "e1", .verb = Verb::kOpen}), MakeEvent({.id = "e1", .minute = 1}),
        with_surface, with_progress}) {
    const auto outcome = Record(store(), {other});
    ASSERT_TRUE(outcome.ok());
    EXPECT_THAT(outcome->conflicting_event_ids, ElementsAre("e1"));
    EXPECT_EQ(outcome->recorded + outcome->duplicates, 0u);
    EXPECT_THAT(outcome->applied, IsEmpty());
  }
  EXPECT_EQ(store().events().ReadAfter(0, 9)->size(), 1u);
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i1:read@0-0"));
}

TEST_P(EventLogContractTest, NamesItemsThatTheCatalogueDoesNotHold) {
  ASSERT_TRUE(store().catalogue().Upsert(std::vector{MakeItem("i1", "known")}).ok());
  const auto outcome = Record(
      store(), {MakeEvent({.id = "e1"}), MakeEvent({.id = "e2", .item = "i2"}),
                MakeEvent({.id = "e3", .item = "i2"}), MakeEvent({.id = "e4", .item = "i3"})});
  ASSERT_TRUE(outcome.ok());
  EXPECT_THAT(outcome->unknown_item_ids, ElementsAre("i2", "i3"));
  EXPECT_EQ(outcome->recorded, 4u);
  ASSERT_TRUE(store().catalogue().Upsert(std::vector{MakeItem("i2", "now known")}).ok());
  EXPECT_THAT(Record(store(), {MakeEvent({.id = "e5", .item = "i2"})})->unknown_item_ids,
              IsEmpty());
}

TEST_P(EventLogContractTest, AddsUpVerbsTimesAndTheFurthestProgress) {
  data::Event half = MakeEvent({.id = "e2", .verb = Verb::kProgress, .minute = 7});
  half.progress = 0.5f;
  data::Event late =
      MakeEvent({.id = "e3", .verb = Verb::kOpen, .minute = 2});  // older than the others
  late.progress = 0.25f;
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1", .minute = 5}), half}).ok());
  ASSERT_TRUE(Record(store(), {late, MakeEvent({.id = "e4", .item = "i2", .minute = 6})}).ok());
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i1:open,read,progress@2-7", "i2:read@6-6"));
  const auto state = store().members().Read("ann");
  ASSERT_EQ(state->items.size(), 2u);
  EXPECT_EQ(ItemId(store(), state->items[0].item), "i2");  // by rising last_at
  EXPECT_EQ(state->items[1].progress, 0.5f);
  EXPECT_EQ(state->history_cursor, 4);
}

TEST_P(EventLogContractTest, VisitsLeaveNoItemBehind) {
  const auto outcome = Record(store(), {MakeEvent({.id = "e1", .item = "", .verb = Verb::kVisit})});
  ASSERT_EQ(outcome->applied.size(), 1u);
  EXPECT_EQ(outcome->applied[0].item, 0u);
  EXPECT_THAT(Describe(store(), "ann"), IsEmpty());
  EXPECT_TRUE(store().members().Read("ann")->known);
}

TEST_P(EventLogContractTest, RetractingLeavesNoTraceOfTheEvent) {
  data::Event far = MakeEvent({.id = "e2", .verb = Verb::kComplete, .minute = 9});
  far.progress = 1.0f;
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1", .minute = 3}), far,
                               MakeEvent({.id = "e3", .item = "i2"})})
                  .ok());
  // The item of the retraction itself does not matter.
  const auto outcome = Record(
      store(),
      {MakeEvent({.id = "r1", .item = "", .verb = Verb::kRetract, .minute = 20, .retracts = "e2"}),
       MakeEvent(
           {.id = "r2", .item = "i1", .verb = Verb::kRetract, .minute = 21, .retracts = "e3"})});
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->recorded, 2u);
  ASSERT_EQ(outcome->applied.size(), 2u);
  EXPECT_EQ(ItemId(store(), outcome->applied[0].item), "i1");
  EXPECT_EQ(ItemId(store(), outcome->applied[1].item), "i2");
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i1:read@3-3"));
  EXPECT_EQ(store().members().Read("ann")->items[0].progress, 0.0f);
  EXPECT_EQ(store().events().ReadAfter(0, 10)->size(), 5u);

  // What comes after counts again.
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e4", .item = "i2", .minute = 30})}).ok());
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i1:read@3-3", "i2:read@30-30"));
}

TEST_P(EventLogContractTest, HonoursARetractionThatCameFirst) {
  const data::Event retract =
      MakeEvent({.id = "r1", .item = "", .verb = Verb::kRetract, .retracts = "e1"});
  EXPECT_THAT(Record(store(), {retract})->applied, IsEmpty());
  Reopen();
  const auto outcome =
      Record(store(), {MakeEvent({.id = "e1"}), MakeEvent({.id = "e2", .minute = 4})});
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->recorded, 2u);
  ASSERT_EQ(outcome->applied.size(), 1u);
  EXPECT_EQ(outcome->applied[0].event_index, 1u);
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i1:read@4-4"));
}

TEST_P(EventLogContractTest, RetractionsOfOthersEventsAndOfRetractionsHaveNoEffect) {
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1"})}).ok());
  const auto foreign = Record(
      store(),
      {MakeEvent(
           {.id = "r1", .member = "bob", .item = "", .verb = Verb::kRetract, .retracts = "e1"}),
       MakeEvent(
           {.id = "r2", .member = "bob", .item = "", .verb = Verb::kRetract, .retracts = "e9"})});
  EXPECT_EQ(foreign->recorded, 2u);
  EXPECT_THAT(foreign->applied, IsEmpty());
  ASSERT_TRUE(
      Record(store(), {MakeEvent({.id = "e9", .item = "i9"})}).ok());  // ann's, though bob named it
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i1:read@0-0", "i9:read@0-0"));

  ASSERT_TRUE(
      Record(store(),
             {MakeEvent({.id = "r3", .item = "", .verb = Verb::kRetract, .retracts = "e1"}),
              MakeEvent({.id = "r4", .item = "", .verb = Verb::kRetract, .retracts = "r3"}),
              MakeEvent({.id = "r5", .item = "", .verb = Verb::kRetract, .retracts = "r5"})})
          .ok());
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i9:read@0-0"));
}

TEST_P(EventLogContractTest, OutcomesAreInBatchOrderWithRisingSequences) {
  const auto outcome =
      Record(store(), {MakeEvent({.id = "e1"}), MakeEvent({.id = "e2", .member = "bob"}),
                       MakeEvent({.id = "e3", .item = "i2"})});
  ASSERT_EQ(outcome->applied.size(), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(outcome->applied[i].event_index, i);
    EXPECT_EQ(outcome->applied[i].sequence, i + 1);
  }
  EXPECT_NE(outcome->applied[0].member, outcome->applied[1].member);
}

TEST_P(EventLogContractTest, KeepsEverythingAcrossAReopening) {
  ASSERT_TRUE(
      Record(store(), {MakeEvent({.id = "e1"}), MakeEvent({.id = "e2", .item = "i2"})}).ok());
  Reopen();
  EXPECT_EQ(*store().events().LastSequence(), 2);
  EXPECT_EQ(Record(store(), {MakeEvent({.id = "e1"})})->duplicates, 1u);
  EXPECT_EQ(Record(store(), {MakeEvent({.id = "e3"})})->applied[0].sequence, 3);
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i1:read@0-0", "i2:read@0-0"));
}

TEST_P(EventLogContractTest, OrganisationsDoNotSeeEachOther) {
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1"})}).ok());
  Reopen("other");
  EXPECT_FALSE(store().members().Read("ann")->known);
  EXPECT_THAT(*store().events().ReadAfter(0, 10), IsEmpty());
  EXPECT_THAT(*store().catalogue().ItemIdsAfter(0, 10), IsEmpty());
  EXPECT_EQ(Record(store(), {MakeEvent({.id = "e1", .item = "x"})})->recorded, 1u);
  EXPECT_EQ(store().catalogue().ItemIdsAfter(0, 10)->front().first, 1u);  // dense here, too
  Reopen();
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i1:read@0-0"));
}

TEST_P(EventLogContractTest, ManyProducersAndReadersAgree) {
  constexpr int kProducers = 8;
  constexpr int kEach = 100;
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    std::size_t last = 0;
    while (!stop) {
      const auto state = store().members().Read("ann");
      if (!state.ok() || state->items.size() < last) ++wrong;  // never less than before
      last = state->items.size();
    }
  });
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id = absl::StrCat(p, "-", i);
        const auto outcome = Record(store(), {MakeEvent({.id = id, .item = absl::StrCat("i", i)}),
                                              MakeEvent({.id = absl::StrCat("shared-", i)})});
        if (!outcome.ok() || outcome->applied.empty()) ++wrong;
        // Acknowledged means seen by the next read.
        if (store().members().Read("ann")->history_cursor < outcome->applied[0].sequence) ++wrong;
      }
    });
  }
  for (std::thread& producer : producers) producer.join();
  stop = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(*store().events().LastSequence(), kProducers * kEach + kEach);
  EXPECT_EQ(store().members().Read("ann")->items.size(), static_cast<std::size_t>(kEach));
}

INSTANTIATE_TEST_SUITE_P(Stores, EventLogContractTest, testing::ValuesIn(StoreFactories()),
                         StoreName);

}  // namespace
}  // namespace cofilter::service
