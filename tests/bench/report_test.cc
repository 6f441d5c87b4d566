// The three forms of a report.
#include "bench/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace cofilter::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report Example() {
  Report report{.bench = "latency", .figures = {}, .conditions = {"server on CPU 0"}, .curves = {}};
  report.Add(MedianFigure("p50", std::vector<double>{.3, .2, .4, .25, .35}, "ms", AtMost(.5)));
  report.Add({.name = "R < \"20\"",
              .value = .18,
              .unit = "share",
              .bar = AtLeast(.19),
              .spread = {},
              .note = {}});
  report.Add({.name = "not taken",
              .value = {},
              .unit = "",
              .bar = AtLeast(1),
              .spread = {},
              .note = "no set"});
  report.Add({.name = "ratio", .value = 3.5, .unit = "ratio", .bar = {}, .spread = {}, .note = {}});
  return report;
}

TEST(JsonLinesTest, HasSixKeysALineInOrder) {
  std::istringstream lines(JsonLines(Example()));
  std::string first;
  std::getline(lines, first);
  EXPECT_EQ(
      first,
      R"({"bench":"latency","figure":"p50","value":0.3,"unit":"ms","bar":"<= 0.5","holds":true})");
  std::vector<nlohmann::json> objects = {nlohmann::json::parse(first)};
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(objects.size(), 6u);
  for (const nlohmann::json& object : objects) EXPECT_EQ(object.size(), 6u) << object;
  EXPECT_EQ(objects[1]["figure"], "p50, lowest of 5");
  EXPECT_EQ(objects[1]["value"], .2);
  EXPECT_TRUE(objects[1]["holds"].is_null());
  EXPECT_EQ(objects[2]["value"], .4);
  EXPECT_EQ(objects[3]["holds"], false);
  EXPECT_EQ(objects[3]["figure"], "R < \"20\"");
  EXPECT_TRUE(objects[4]["value"].is_null());
  EXPECT_EQ(objects[4]["holds"], false);
  EXPECT_TRUE(objects[5]["bar"].is_null());
  EXPECT_TRUE(objects[5]["holds"].is_null());
}

TEST(ReportTest, HoldsOnlyWhenEveryBarHolds) {
  Report report = Example();
  EXPECT_FALSE(report.Holds());
  report.figures.erase(report.figures.begin() + 1, report.figures.begin() + 3);
  EXPECT_TRUE(report.Holds());
  EXPECT_TRUE((Report{.bench = "empty", .figures = {}, .conditions = {}, .curves = {}}.Holds()));
}

TEST(TableTextTest, ShowsWhatDoesNotHoldAndWhy) {
  const std::string table = TableText(Example());
  EXPECT_THAT(table, HasSubstr("median of 5, 0.2000 to 0.4000"));
  EXPECT_THAT(table, HasSubstr("NO"));
  EXPECT_THAT(table, HasSubstr("not measured"));
  EXPECT_THAT(table, HasSubstr("no set"));
  EXPECT_THAT(table, HasSubstr("- server on CPU 0"));
}

TEST(HtmlPageTest, IsSelfContainedAndEscapesText) {
  Report report = Example();
  report.curves.push_back(
      {.title = "dial", .x_name = "tail", .y_name = "R", .points = {{.1, .2, "0"}, {.2, .1, "1"}}});
  const std::string page =
      HtmlPage(std::vector<Report>{report}, "2 CPUs <x>", "2026-01-01T00:00:00Z");
  EXPECT_THAT(page, HasSubstr("R &lt; &quot;20&quot;"));
  EXPECT_THAT(page, HasSubstr("2 CPUs &lt;x&gt;"));
  EXPECT_THAT(page, HasSubstr("<polyline"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("href=")));
}

}  // namespace
}  // namespace cofilter::bench
