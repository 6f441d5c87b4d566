// Datasets from files; the short way for lists and tables agrees with the way over events.
#include "data/dataset_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "data/random.h"
#include "tests/data/temporary_files.h"

namespace cofilter::data {
namespace {

using testing::ElementsAre;

using DatasetSourceTest = TemporaryFilesTest;

TEST_F(DatasetSourceTest, ReadsSequencesAndSets) {
  SourceOptions options;
  options.format = Format::kList;
  const std::string path = Write("list", "m1 b a\nm0 a\n");
  const absl::StatusOr<DatasetSource> set = ReadDataset(path, options);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_THAT(set->dataset.member_ids, ElementsAre("m1", "m0"));
  EXPECT_THAT(set->dataset.item_ids, ElementsAre("a", "b"));
  EXPECT_EQ(set->dataset.order, Order::kNone);
  EXPECT_THAT(set->dataset.interactions,
              ElementsAre(Interaction{0, 1, {}}, Interaction{1, 1, {}}, Interaction{0, 1, {}}));
  EXPECT_EQ(set->report.records, 3u);
  options.list.order_is_sequence = true;
  const absl::StatusOr<DatasetSource> sequence = ReadDataset(path, options);
  EXPECT_EQ(sequence->dataset.order, Order::kSequence);
  EXPECT_THAT(sequence->dataset.interactions,
              ElementsAre(Interaction{1, 1, {}}, Interaction{0, 1, {}}, Interaction{0, 1, {}}));
}

TEST_F(DatasetSourceTest, AgreesWithTheWayOverEvents) {
  Random random(4);
  std::string list;
  std::string table = "at,user,item\n";
  for (int member = 0; member < 200; ++member) {
    list += absl::StrCat("m", member);
    for (std::uint32_t i = 1 + random.Below(20); i > 0; --i)
      absl::StrAppend(&list, " i", random.Below(60));
    list += "\n";
    for (std::uint32_t i = 1 + random.Below(20); i > 0; --i) {
      absl::StrAppend(&table, 1 + random.Below(1'000'000), ",m", member, ",i", random.Below(60),
                      "\n");
    }
  }
  SourceOptions options;
  options.list.order_is_sequence = true;
  options.table = {.member_column = "user", .item_column = "item", .time_column = "at"};
  for (const Format format : {Format::kList, Format::kTable}) {
    options.format = format;
    const std::string path = Write("data", format == Format::kList ? list : table);
    const absl::StatusOr<DatasetSource> direct = ReadDataset(path, options);
    ASSERT_TRUE(direct.ok()) << direct.status();
    DatasetBuilderOptions builder_options;
    builder_options.order = direct->dataset.order;
    absl::StatusOr<DatasetBuilder> builder = DatasetBuilder::Create(builder_options);
    ASSERT_TRUE(ReadEvents(path, options, [&builder](Event& event) {
                  builder->Add(event);
                  return absl::OkStatus();
                }).ok());
    const absl::StatusOr<Dataset> over_events = std::move(*builder).Build();
    EXPECT_EQ(direct->dataset.member_ids, over_events->member_ids);
    EXPECT_EQ(direct->dataset.item_ids, over_events->item_ids);
    EXPECT_EQ(direct->dataset.offsets, over_events->offsets);
    EXPECT_EQ(direct->dataset.interactions, over_events->interactions);
    EXPECT_EQ(direct->dataset.cutoff, over_events->cutoff);
  }
}

TEST_F(DatasetSourceTest, ReadsCountedListsByLineNumber) {
  SourceOptions options;
  options.format = Format::kList;
  options.list.counted = true;
  const absl::StatusOr<DatasetSource> source =
      ReadDataset(Write("users.dat", "2 10 11\n1 10\n"), options);
  ASSERT_TRUE(source.ok());
  EXPECT_THAT(source->dataset.member_ids, ElementsAre("0", "1"));
}

TEST_F(DatasetSourceTest, FailsOnAMissingColumnAndOnTooManyBadLines) {
  SourceOptions options;
  options.format = Format::kTable;
  EXPECT_EQ(ReadDataset(Write("t", "a,b\n1,2\n"), options).status().code(),
            absl::StatusCode::kInvalidArgument);
  options.format = Format::kList;
  options.list.counted = true;
  EXPECT_EQ(ReadDataset(Write("l", "5 1\n"), options).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace cofilter::data
