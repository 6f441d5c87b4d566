// Public logs, where COFILTER_BENCH_DATA names the directory that holds them; none comes with
// Cofilter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "data/line_reader.h"
#include "tests/data/import/import_world.h"

namespace cofilter::data {
namespace {

using nlohmann::json;

class RealFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const directory = std::getenv("COFILTER_BENCH_DATA");
    if (directory == nullptr) GTEST_SKIP() << "COFILTER_BENCH_DATA is not set";
    directory_ = directory;
  }
  std::string directory_;
};

TEST_F(RealFilesTest, EveryStatementOfFunMooc) {
  const Imported read = ImportFile(directory_ + "/xapi/fun_mooc_video.jsonl.zst");
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.events.size(), 22'000u);
  EXPECT_EQ(read.report.quarantined, 0u);
  EXPECT_EQ(read.report.mapped_verbs + read.report.unweighted_verbs, 22'000u);
  EXPECT_EQ(read.report.mapped_verbs, 6'603u + 6'480 + 1'348 + 636 + 54);
  std::set<std::string> members, items;
  for (const Event& event : read.events) {
    members.insert(event.member_id);
    items.insert(event.item_id);
  }
  EXPECT_EQ(members.size(), 1'452u);
  EXPECT_EQ(items.size(), 10u);
}

TEST_F(RealFilesTest, EveryCaseOfMoodle) {
  const Imported read = ImportFile(directory_ + "/xapi/moodle_cases.jsonl.zst");
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.events.size(), 190u);
  EXPECT_EQ(read.report.untimed, 190u);
  std::set<std::string> ids;
  for (const Event& event : read.events) {
    EXPECT_TRUE(event.time_assumed);
    EXPECT_EQ(event.event_id.size(), 32u);
    ids.insert(event.event_id);
  }
  EXPECT_EQ(ids.size(), 169u);  // 21 cases say what another one says, word for word
}

// The templates are parts of statements: each stands in for its part of the default one.
std::map<std::string, json> Templates(const std::string& path) {
  std::map<std::string, json> templates;
  auto reader = LineReader::Open(path);
  EXPECT_TRUE(reader.ok()) << reader.status();
  Line line;
  while (reader->Next(line)) {
    const json parsed = json::parse(line.text);
    templates[parsed["case"]] = parsed["template"];
  }
  return templates;
}

json Resolved(const std::string& name, const json& part, const json& whole) {
  const std::string group = name.substr(0, name.find('/'));
  if (group == "statements") return part;
  static const std::map<std::string, std::string> kPlaces = {
      {"agents", "actor"},      {"groups", "actor"},         {"verbs", "verb"},
      {"activities", "object"}, {"substatements", "object"}, {"contexts", "context"},
      {"results", "result"}};
  json statement = whole;
  statement[kPlaces.at(group)] = part;
  if (name == "verbs/voided") {
    statement["object"] = {{"objectType", "StatementRef"},
                           {"id", "8f87ccde-bb56-4c2e-ab83-44982ef22df0"}};
  }
  return statement;
}

// By its name, because it lacks what is required, or what another template is to fill in.
bool IsInvalid(const std::string& name) {
  static const std::set<std::string> kInvalid = {
      // No map of languages.
      "activities/numeric_name", "activities/string_name", "activities/numeric_description",
      "activities/string_description",
      // Something required is missing.
      "activities/no_id", "agents/account_no_homepage", "agents/account_no_name",
      "groups/anonymous_no_member", "groups/identified_account_no_homepage",
      "groups/identified_account_no_name", "statements/no_actor", "statements/no_object",
      "statements/no_verb", "statements/object_statementref_no_id", "substatements/no_actor",
      "substatements/no_object", "substatements/no_verb", "substatements/statementref_no_id",
      "verbs/no_id",
      // A place that another template is put in.
      "statements/actor", "statements/object_activity", "statements/object_actor",
      "statements/verb", "statements/object_substatement", "substatements/activity",
      "substatements/actor", "substatements/agent", "substatements/group", "substatements/verb"};
  return kInvalid.contains(name) || name.find("invalid") != std::string::npos;
}

TEST_F(RealFilesTest, AdlsValidTemplatesAndNoneOfTheOthers) {
  const auto templates = Templates(directory_ + "/xapi/adl_templates.jsonl.zst");
  ASSERT_EQ(templates.size(), 119u);
  int invalid = 0;
  for (const auto& [name, part] : templates) {
    const json statement = Resolved(name, part, templates.at("statements/default"));
    ImportStreamOptions options;
    options.format = "xapi";
    const Imported read = ImportText(
        templates.at("statements/default").dump() + "\n" + statement.dump() + "\n", options);
    ASSERT_TRUE(read.status.ok()) << name << ": " << read.status;
    EXPECT_EQ(read.report.quarantined, IsInvalid(name) ? 1u : 0u)
        << name << ": " << (read.report.first_reasons.empty() ? "" : read.report.first_reasons[0]);
    invalid += IsInvalid(name) ? 1 : 0;
  }
  EXPECT_EQ(invalid, 41);
}

TEST_F(RealFilesTest, MindAsItComes) {
  const Imported read = ImportFile(directory_ + "/mind-sample/behaviors.tsv.zst");
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.report.lines, 4'032u);
  EXPECT_EQ(read.report.quarantined, 0u);
  std::size_t impressions = 0, clicks = 0;
  for (const Event& event : read.events) {
    impressions += event.verb == Verb::kImpression ? 1 : 0;
    clicks += event.verb == Verb::kOpen && !event.time_assumed ? 1 : 0;
  }
  EXPECT_EQ(impressions, 149'984u);
  EXPECT_EQ(clicks, 6'053u);
  EXPECT_EQ(ImportFile(directory_ + "/mind-sample/news_en.tsv.zst").items.size(), 754u);
}

}  // namespace
}  // namespace cofilter::data
