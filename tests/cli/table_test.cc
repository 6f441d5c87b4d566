// Tables line up whatever script a cell is in, and never pass control characters on.
#include "cli/table.h"

#include <sstream>

#include <gtest/gtest.h>

namespace cofilter::cli {
namespace {

std::string Printed(const Table& table) {
  std::ostringstream out;
  table.Print(out);
  return out.str();
}

TEST(TableTest, CountsWideCharactersTwice) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("共同筛选"), 8u);
  EXPECT_EQ(DisplayWidth("é"), 1u);
  EXPECT_EQ(DisplayWidth(""), 0u);
}

TEST(TableTest, AlignsMixedScripts) {
  Table table({{"title"}, {"n", Align::kRight}});
  table.AddRow({"安全", "1"});
  table.AddRow({"safe", "20"});
  EXPECT_EQ(Printed(table),
            "title   n\n"
            "─────  ──\n"
            "安全    1\n"
            "safe   20\n");
}

TEST(TableTest, CutsLongTextAtItsColumnsWidth) {
  Table table({{"t", Align::kLeft, 5}});
  table.AddRow({"abcdefgh"});
  table.AddRow({"共同筛选"});
  table.AddRow({"abcde"});
  EXPECT_EQ(Printed(table),
            "t\n"
            "─────\n"
            "abcd…\n"
            "共同…\n"
            "abcde\n");
}

TEST(TableTest, LeavesControlCharactersOut) {
  Table table({{"t"}});
  table.AddRow({"a\x1b[31mb\n"});
  EXPECT_EQ(Printed(table).find('\x1b'), std::string::npos);
  EXPECT_NE(Printed(table).find("a[31mb"), std::string::npos);
}

TEST(TableTest, BearsBrokenUtf8) {
  Table table({{"t"}});
  table.AddRow({"\xff\xe4\xbd"});
  EXPECT_FALSE(Printed(table).empty());
}

}  // namespace
}  // namespace cofilter::cli
