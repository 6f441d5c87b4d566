// A set is read with both its parts, and nobody of the test is lost.
#include "bench/set_data.h"

#include <gtest/gtest.h>

#include <fstream>

#include "runtime/files.h"

namespace cofilter::bench {
namespace {

class SetDataTest : public ::testing::Test {
 protected:
  SetDescriptor Write(data::Order order, const std::string& train, const std::string& test) {
    SetDescriptor set;
    set.name = "mine";
    set.directory = directory_.path();
    set.format = "list";
    set.order = order;
    set.train = directory_.path() + "/train.txt";
    set.test = directory_.path() + "/test.txt";
    std::ofstream(set.train) << train;
    std::ofstream(set.test) << test;
    return set;
  }
  runtime::TemporaryDirectory directory_ = runtime::TemporaryDirectory::Create("bench").value();
};

TEST_F(SetDataTest, MembersUnknownToTrainingAreAskedForToo) {
  const auto set = LoadSet(Write(data::Order::kNone, "m a b\nn b\n", "n c\nstranger a\nm\n"));
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->train.member_ids, (std::vector<std::string>{"m", "n", "stranger"}));
  EXPECT_TRUE(set->train.of(2).empty());
  ASSERT_EQ(set->test.size(), 2u);  // m has no test item
  EXPECT_EQ(set->test[0].member, 1u);
  EXPECT_EQ(set->test[0].items, std::vector<std::string>{"c"});
  EXPECT_EQ(set->test[1].member, 2u);
}

TEST_F(SetDataTest, KeepsTheOrderThatMeansTime) {
  const auto set = LoadSet(Write(data::Order::kSequence, "m z a k\n", "m b\n"));
  ASSERT_TRUE(set.ok()) << set.status();
  std::vector<std::string> items;
  for (const data::Interaction& interaction : set->train.of(0)) {
    items.push_back(set->train.item_ids[interaction.item]);
  }
  EXPECT_EQ(items, (std::vector<std::string>{"z", "a", "k"}));
  EXPECT_LT(OccurredAt(set->train, 0, 0), OccurredAt(set->train, 1, 1));
}

TEST(SetTimeTest, TellsSecondsAndNanosBeforeAndAfter1970) {
  google::protobuf::Timestamp timestamp;
  SetTime(runtime::Time(runtime::Duration(1'500'000)), &timestamp);
  EXPECT_EQ(timestamp.seconds(), 1);
  EXPECT_EQ(timestamp.nanos(), 500'000'000);
  SetTime(runtime::Time(runtime::Duration(-1)), &timestamp);
  EXPECT_EQ(timestamp.seconds(), -1);
  EXPECT_EQ(timestamp.nanos(), 999'999'000);
}

}  // namespace
}  // namespace cofilter::bench
