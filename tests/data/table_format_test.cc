// Tables of interactions with columns named by options.
#include "data/table_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cofilter::data {
namespace {

using testing::HasSubstr;

TEST(TableFormatTest, FindsColumnsInTabAndCommaSeparatedTables) {
  TableFormatOptions options;
  options.member_column = "userId";
  options.item_column = "movieId";
  options.time_column = "timestamp";
  for (const char separator : {'\t', ','}) {
    const auto row_text = [separator](std::vector<std::string> fields) {
      std::string text = fields[0];
      for (std::size_t i = 1; i < fields.size(); ++i) text += separator + fields[i];
      return text;
    };
    absl::StatusOr<TableReader> reader =
        TableReader::Create(row_text({"rating", "movieId", "userId", "timestamp"}), options);
    ASSERT_TRUE(reader.ok()) << reader.status();
    TableRow row;
    const std::string text = row_text({"4.0", "i7", "m1", "964982703"});
    ASSERT_TRUE(reader->Read(text, row).ok());
    EXPECT_EQ(row.member, "m1");
    EXPECT_EQ(row.item, "i7");
    EXPECT_EQ(*row.at, runtime::Time(std::chrono::seconds(964'982'703)));
    EXPECT_FALSE(reader->Read(row_text({"4.0", "i7", "m1"}), row).ok());
    EXPECT_FALSE(reader->Read(row_text({"4.0", "", "m1", "1"}), row).ok());
    EXPECT_THAT(reader->Read(row_text({"4.0", "i", "m1", "noon"}), row).ToString(),
                HasSubstr("\"noon\""));
  }
}

TEST(TableFormatTest, NamesAMissingColumn) {
  TableFormatOptions options;
  options.member_column = "user";
  const absl::Status status =
      TableReader::Create("member_id,item_id,occurred_at", options).status();
  EXPECT_THAT(status.ToString(), HasSubstr("column \"user\""));
  EXPECT_THAT(status.ToString(), HasSubstr("member_id,item_id,occurred_at"));
}

TEST(TableFormatTest, NumbersRowsWhereThereAreNoTimes) {
  TableFormatOptions options;
  options.time_column.clear();
  absl::StatusOr<TableReader> reader = TableReader::Create("member_id,item_id", options);
  ASSERT_TRUE(reader.ok());
  TableRow row;
  ASSERT_TRUE(reader->Read("m,i", row).ok());
  EXPECT_FALSE(row.at.has_value());
  Event event;
  MakeTableEvent(row, 5, options, event);
  EXPECT_EQ(event.occurred_at, kSyntheticBase);
  options.order_is_sequence = true;
  MakeTableEvent(row, 5, options, event);
  EXPECT_EQ(event.occurred_at - kSyntheticBase, std::chrono::seconds(5));
  EXPECT_TRUE(ValidateEvent(event).ok());
}

}  // namespace
}  // namespace cofilter::data
