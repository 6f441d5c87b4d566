// Lines of the MIND format.
#include "data/mind_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/files.h"

namespace cofilter::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(MindFormatTest, ReadsALine) {
  const auto line = ParseMindImpression("7\tU1\t11/12/2019 12:05:06 AM\tN1 N2\tN3-0 N4-1");
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->impression_id, "7");
  EXPECT_EQ(line->member_id, "U1");
  EXPECT_EQ(runtime::FormatTime(line->at), "2019-11-12T00:05:06Z");
  EXPECT_THAT(line->history, ElementsAre("N1", "N2"));
  EXPECT_THAT(line->shown, ElementsAre("N3", "N4"));
  EXPECT_THAT(line->clicked, ElementsAre(false, true));
}

TEST(MindFormatTest, NoonAndAnEmptyHistory) {
  const auto line = ParseMindImpression("7\tU1\t1/2/2019 12:00:00 PM\t\tN3-0");
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(runtime::FormatTime(line->at), "2019-01-02T12:00:00Z");
  EXPECT_THAT(line->history, IsEmpty());
}

TEST(MindFormatTest, WrongLinesSayWhatIsWrong) {
  const auto message = [](std::string_view line) {
    return std::string(ParseMindImpression(line).status().message());
  };
  EXPECT_THAT(message("7\tU1\t1/2/2019 1:00:00 PM\tN1"), HasSubstr("4 fields"));
  EXPECT_THAT(message("7\t\t1/2/2019 1:00:00 PM\tN1\tN2-0"), HasSubstr("user_id"));
  for (const char* time : {"13/2/2019 1:00:00 PM", "2/30/2019 1:00:00 PM", "1/2/2019 13:00:00 PM",
                           "1/2/2019 1:60:00 PM", "1/2/2019 1:00:00", "1/2/2019 0:00:00 AM",
                           "99999999999/2/2019 1:00:00 PM", ""}) {
    EXPECT_THAT(message(std::string("7\tU1\t") + time + "\t\tN2-0"), HasSubstr("time is"));
  }
  EXPECT_THAT(message("7\tU1\t1/2/2019 1:00:00 PM\tN1\tN2-2"), HasSubstr("N2-2"));
  EXPECT_THAT(message("7\tU1\t1/2/2019 1:00:00 PM\tN1\t-1"), HasSubstr("NEWSID"));
}

TEST(MindFormatTest, FilesAreSortedByTimeAndFaultsNameTheLine) {
  const auto directory = runtime::TemporaryDirectory::Create("mind").value();
  const std::string path = directory.path() + "/behaviors.tsv";
  ASSERT_TRUE(runtime::WriteFileDurably(path,
                                        "2\tU1\t1/2/2019 1:00:01 PM\t\tN1-0\n"
                                        "1\tU1\t1/2/2019 1:00:00 PM\t\tN1-1\n")
                  .ok());
  const auto read = ReadMindImpressions(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->front().impression_id, "1");
  ASSERT_TRUE(runtime::WriteFileDurably(path, "\n1\tU1\n").ok());
  EXPECT_THAT(std::string(ReadMindImpressions(path).status().message()), HasSubstr(":2: "));
}

TEST(MindFormatTest, NewsWithAndWithoutTopics) {
  const auto directory = runtime::TemporaryDirectory::Create("mind").value();
  const std::string path = directory.path() + "/news.tsv";
  ASSERT_TRUE(runtime::WriteFileDurably(path,
                                        "news_id\ttitle_zh\nN1\t新闻\n"
                                        "N2\tsports\tgolf\tA title\tmore\n")
                  .ok());
  const auto news = ReadMindNews(path);
  ASSERT_TRUE(news.ok()) << news.status();
  ASSERT_EQ(news->size(), 2u);
  EXPECT_EQ((*news)[0].title, "新闻");
  EXPECT_THAT((*news)[0].topics, IsEmpty());
  EXPECT_EQ((*news)[1].title, "A title");
  EXPECT_THAT((*news)[1].topics, ElementsAre("sports", "golf"));
}

}  // namespace
}  // namespace cofilter::data
