// Sets that come whole: cut by the real `cofilter split`, once.
#include "bench/set_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "bench/set_data.h"
#include "runtime/files.h"

namespace cofilter::bench {
namespace {

using ::testing::ElementsAre;

class SetSplitTest : public ::testing::Test {
 protected:
  SetDescriptor Whole(const std::string& descriptor, const std::string& log) {
    std::ofstream(directory_.path() + "/log") << log;
    const auto set = ParseDescriptor(descriptor, directory_.path());
    EXPECT_TRUE(set.ok()) << set.status();
    return set.value_or(SetDescriptor{});
  }
  absl::StatusOr<SetDescriptor> Split(const SetDescriptor& set) {
    return SplitSet(set, COFILTER, directory_.path() + "/cache");
  }
  runtime::TemporaryDirectory directory_ = runtime::TemporaryDirectory::Create("bench").value();
};

TEST_F(SetSplitTest, CutsATableByItsColumns) {
  const auto parts = Split(Whole(
      R"({"format": "table", "order": "time", "events": "log", "split": "leave-last-out",
          "columns": {"member": "who", "item": "what", "time": "at"}})",
      "at\twho\twhat\n300\tm\tb\n100\tm\ta\n200\tm\tc\n100\tn\ta\n"));
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ(parts->order, data::Order::kTime);
  const auto set = LoadSet(*parts);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_THAT(set->train.member_ids, ElementsAre("m", "n"));
  ASSERT_EQ(set->train.of(0).size(), 2u);
  EXPECT_EQ(set->train.item_ids[set->train.of(0)[0].item], "a");
  EXPECT_EQ(set->train.of(0)[1].at, runtime::Time(std::chrono::seconds(200)));
  ASSERT_EQ(set->test.size(), 1u);
  EXPECT_THAT(set->test[0].items, ElementsAre("b"));
}

TEST_F(SetSplitTest, CutsCountedListsOnce) {
  const SetDescriptor whole =
      Whole(R"({"format": "list", "order": "none", "events": "log", "split": "hash",
                "counted": true})",
            "5 a b c d e\n4 a b c d\n");
  const auto parts = Split(whole);
  ASSERT_TRUE(parts.ok()) << parts.status();
  const auto set = LoadSet(*parts);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_THAT(set->train.member_ids, ElementsAre("0", "1")) << "the number of the line";
  EXPECT_EQ(set->train.interactions.size(), 8u);
  ASSERT_EQ(set->test.size(), 1u);
  // Kept: what lies there is not made again, and another way to cut lies elsewhere.
  const auto written = std::filesystem::last_write_time(parts->train);
  EXPECT_EQ(Split(whole)->train, parts->train);
  EXPECT_EQ(std::filesystem::last_write_time(parts->train), written);
  SetDescriptor cold = whole;
  cold.split = "cold";
  EXPECT_NE(Split(cold)->train, parts->train);
}

TEST_F(SetSplitTest, SaysWhyALogCannotBeCut) {
  const auto parts = Split(Whole(
      R"({"format": "list", "order": "none", "events": "log", "split": "time"})", "m a b c d e\n"));
  EXPECT_THAT(std::string(parts.status().message()), testing::HasSubstr("needs times"));
}

}  // namespace
}  // namespace cofilter::bench
