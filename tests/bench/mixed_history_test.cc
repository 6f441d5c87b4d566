// Cuts of a log of two kinds: what is held out, what is weighed, and that a planted cross interest
// is found.
#include "bench/mixed_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "bench/list_variety.h"
#include "data/random.h"

namespace cofilter::bench {
namespace {

// Members of two tastes. Items 0 to 29 are courses, 30 to 99 news; of both the even rows are of one
// taste. `crossed`: the taste is the same in both kinds.
struct Made {
  data::Dataset log;
  std::vector<bool> own;
};
Made MakeLog(bool crossed, std::size_t members = 300) {
  Made made;
  for (int item = 0; item < 100; ++item) {
    made.log.item_ids.push_back(absl::StrCat("i", 100 + item));
    made.own.push_back(item < 30);
  }
  data::Random random(7);
  for (std::size_t m = 0; m < members; ++m) {
    made.log.member_ids.push_back(absl::StrCat("m", m));
    const std::uint32_t learns = random.Below(2);
    const std::uint32_t reads = crossed ? learns : random.Below(2);
    std::set<std::uint32_t> rows;
    while (rows.size() < 5) rows.insert(2 * random.Below(15) + learns);
    while (rows.size() < 20) rows.insert(30 + 2 * random.Below(35) + reads);
    for (const std::uint32_t row : rows) made.log.interactions.push_back({row, 1.0f, {}});
    made.log.offsets.push_back(made.log.interactions.size());
  }
  return made;
}

TEST(MixedHistoryTest, HoldsOutTheOwnKindAlone) {
  const Made made = MakeLog(true);
  const OwnHoldOut out = HoldOutOwn(made.log, made.own, 1);
  std::size_t newcomers = 0;
  for (std::size_t m = 0; m < made.log.members(); ++m) {
    std::size_t held = 0;
    for (std::size_t n = made.log.offsets[m]; n < made.log.offsets[m + 1]; ++n) {
      if (!out.held[n]) continue;
      EXPECT_TRUE(made.own[made.log.interactions[n].item]);
      ++held;
    }
    EXPECT_EQ(held, out.newcomers[m] ? 5u : 1u);
    newcomers += out.newcomers[m] ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(newcomers), 60, 25);
  // A second cut leaves the first one's alone, and its tests do not show it.
  const OwnHoldOut second = HoldOutOwn(made.log, made.own, 2, &out);
  for (std::size_t n = 0; n < out.held.size(); ++n) EXPECT_TRUE(!out.held[n] || second.held[n]);
  for (const data::TestMember& member : OwnTest(made.log, second, false, &out)) {
    EXPECT_FALSE(out.newcomers[member.member]) << "has nothing left";
  }
}

TEST(MixedHistoryTest, WeighsTheOtherKind) {
  const Made made = MakeLog(true);
  const OwnHoldOut out = HoldOutOwn(made.log, made.own, 1);
  const data::Dataset alone = MixedTraining(made.log, made.own, out, 0);
  EXPECT_EQ(alone.items(), 30u);
  EXPECT_EQ(alone.members(), made.log.members());
  const data::Dataset mixed = MixedTraining(made.log, made.own, out, 0.25);
  EXPECT_EQ(mixed.items(), 100u);
  EXPECT_EQ(mixed.interactions.size() - alone.interactions.size(), 300u * 15);
  for (const data::Interaction& one : mixed.interactions) {
    EXPECT_EQ(one.weight, one.item < 30 ? 1.0f : 0.25f);
  }
}

TEST(MixedHistoryTest, OtherKindHelpsWhereTheInterestIsPlanted) {
  runtime::ThreadPool pool(2);
  const auto gain = [&](bool crossed) {
    const Made made = MakeLog(crossed);
    const OwnHoldOut out = HoldOutOwn(made.log, made.own, 1);
    const auto alone = MeasureMixture(made.log, made.own, out, nullptr, 0, &pool);
    const auto both = MeasureMixture(made.log, made.own, out, nullptr, 1, &pool);
    EXPECT_TRUE(alone.ok()) << alone.status();
    EXPECT_TRUE(both.ok()) << both.status();
    EXPECT_EQ(alone->newcomers.members, both->newcomers.members);
    return both->newcomers.recall / alone->newcomers.recall;
  };
  EXPECT_GT(gain(true), 1.2) << "of whom only the other kind is known";
  EXPECT_LT(gain(false), 1.1);
}

TEST(ListVarietyTest, FilledMeansAlthoughTheMemberReadsSomethingElse) {
  data::Dataset train;
  train.member_ids = {"one", "two"};
  train.item_ids = {"a", "b", "c", "d"};
  train.interactions = {{0, 1.0f, {}}, {0, 1.0f, {}}, {3, 1.0f, {}}};
  train.offsets = {0, 1, 3};
  std::vector<data::Item> items(4);
  for (std::size_t i = 0; i < 4; ++i) {
    items[i].item_id = train.item_ids[i];
    items[i].topics = {i < 3 ? "law" : "art"};
  }
  const training::ItemFacets facets = training::MakeItemFacets(train, items, nullptr);
  const std::vector<std::vector<std::uint32_t>> lists = {{1, 2}, {1, 2}};
  const MeanVariety variety =
      MeasureVarieties(lists, std::vector<std::uint32_t>{0, 1}, train, facets);
  EXPECT_EQ(variety.filled, 0.5) << "the first reads nothing else";
  EXPECT_EQ(variety.topics, 1);
  EXPECT_EQ(variety.topic_similarity, 1);
}

}  // namespace
}  // namespace cofilter::bench
