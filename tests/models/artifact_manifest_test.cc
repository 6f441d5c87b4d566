// The manifest's schema: every entry is typed and bounded, and hostile text is refused by name.
#include "models/artifact_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/digest.h"

namespace cofilter::models {
namespace {

Manifest Valid() {
  Manifest manifest;
  manifest.description.tool_version = "1.2.3";
  OperatorRecord record;
  record.name = "learning";
  record.parameters.lists.resize(1);
  record.parameters.lists[0].source_exponent = 0.1;  // no finite binary fraction
  record.list_entries = {7};
  record.sha256 = std::string(64, 'a');
  record.xxh3 = std::string(16, 'b');
  manifest.operators.push_back(record);
  return manifest;
}

// Replaces one piece of the text and makes its checksum right again.
std::string Changed(std::string_view from, std::string_view to) {
  std::string text = *WriteManifest(Valid());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const std::size_t body = text.rfind(",\n  \"checksum\"");
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx",
                static_cast<unsigned long long>(
                    runtime::FastChecksum(std::as_bytes(std::span(text).first(body)))));
  text.replace(text.rfind("\"\n}") - 16, 16, digits);
  return text;
}

TEST(ArtifactManifestTest, ReadsBackWhatItWrote) {
  const auto again = ParseManifest(*WriteManifest(Valid()));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*WriteManifest(*again), *WriteManifest(Valid()));
  EXPECT_EQ(again->operators[0].parameters.lists[0].source_exponent, 0.1);
}

TEST(ArtifactManifestTest, NamesTheEntryThatIsWrong) {
  const auto refuses = [](std::string_view from, std::string_view to, std::string_view naming) {
    const auto parsed = ParseManifest(Changed(from, to));
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kDataLoss) << to;
    EXPECT_THAT(std::string(parsed.status().message()), testing::HasSubstr(std::string(naming)));
  };
  refuses("\"format_version\": 2", "\"format_version\": \"2\"", "format_version");
  refuses("\"format_version\": 2", "\"format_version\": 0", "format version 0");
  refuses("\"format_version\": 2", "\"format_version\": -1", "format_version");
  refuses("\"seed\": 0", "\"seed\": -5", "seed");
  refuses("\"events\": 0", "\"events\": 1.5", "events");
  refuses("\"events\": 0", "\"events\": 1e400", "JSON");
  refuses("1970-01-01T00:00:00Z", "yesterday", "data_cutoff");
  refuses("\"name\": \"learning\"", "\"name\": \"../evil\"", "operators[0].name");
  refuses("\"learning.operator\"", "\"other.operator\"", "operators[0].file.name");
  refuses("\"bytes\": 0", "\"bytes\": null", "operators[0].file.bytes");
  refuses("aaaa", "AAAA", "operators[0].file.sha256");
  refuses("bbbb", "bbb", "operators[0].file.xxh3");
  refuses("\"items\": 0", "\"items\": 4294967296", "operators[0].items");
  refuses("\"dim\": 0", "\"dim\": 100000", "operators[0].dim");
  refuses("\"buckets\": 0", "\"buckets\": 4000000000", "operators[0].content.buckets");
  refuses("\"kind\": \"local\"", "\"kind\": \"magic\"", "operators[0].lists[0].kind");
  refuses("\"entries\": 7", "\"entries\": []", "operators[0].lists[0].entries");
  refuses("\"weight\": 1.0", "\"weight\": \"1\"", "operators[0].lists[0].weight");
  refuses("\"weight\": 1.0", "\"weight\": 0", "lists[0].weight");
  refuses("\"limit\": 1000", "\"limit\": 0", "history.limit");
  refuses("\"by_age\": 0.0", "\"by_age\": 99", "history.by_age");
  refuses("\"trend\": {\n        \"exponent\": 0.0", "\"trend\": {\n        \"exponent\": -1",
          "trend.exponent");
  refuses("\"prior_events\": 0.0", "\"prior_events\": []", "operators[0].evidence.prior_events");
  refuses("\"gain\": 0.0", "\"gain\": \"x\"", "operators[0].content.gain");
  refuses("\"features\": 1", "\"features\": 3", "operators[0].content.features");
  refuses("\"global\"", "\"globe\"", "operators[0].global");
  refuses("\"operators\"", "\"operator\"", "operators");
}

TEST(ArtifactManifestTest, KeepsWhatTheTrainingTellsAndNeedsNone) {
  Manifest manifest = Valid();
  EXPECT_EQ(WriteManifest(manifest)->find("\"dial\""), std::string::npos);
  TrainingFacts& facts = manifest.operators[0].facts;
  facts.data_digest = std::string(32, 'd');
  facts.dial.emplace().recall = {.2, .2, .19, .19, .18, .17, .16, .15, .14, .13, .1};
  const std::string text = *WriteManifest(manifest);
  const auto again = ParseManifest(text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*WriteManifest(*again), text);
  EXPECT_EQ(again->operators[0].facts.data_digest, std::string(32, 'd'));
  EXPECT_NEAR(again->operators[0].facts.dial->Cost(10), 0.5, 1e-12);
  facts.dial->coverage[3] = 1.5;
  EXPECT_THAT(std::string(WriteManifest(manifest).status().message()),
              testing::HasSubstr("dial.coverage has 1.5"));
  facts.dial.reset();
  facts.data_digest = "d";
  EXPECT_THAT(std::string(WriteManifest(manifest).status().message()),
              testing::HasSubstr("data_digest"));
}

TEST(ArtifactManifestTest, EntriesThatCameLaterHaveDefaults) {
  const auto parsed = ParseManifest(Changed("\"weight\": 1.0", "\"unheard_of\": 7"));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->operators[0].parameters.lists[0].weight, 1);
  for (const std::string_view entry : {"\"trend\"", "\"evidence\""}) {
    EXPECT_TRUE(ParseManifest(Changed(entry, "\"unheard_of\"")).ok()) << entry;
  }
}

TEST(ArtifactManifestTest, RefusesWhatIsNoManifest) {
  for (const std::string_view text : {"", "{}", "[]", "null", "{\"format_version\": 1}", "\xff"}) {
    EXPECT_EQ(ParseManifest(text).status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

TEST(ArtifactManifestTest, RefusesToWriteWhatItCouldNotRead) {
  Manifest manifest = Valid();
  manifest.operators[0].sha256 = "short";
  EXPECT_EQ(WriteManifest(manifest).status().code(), absl::StatusCode::kInvalidArgument);
  manifest = Valid();
  manifest.description.tool_version = std::string(300, 'x');
  EXPECT_EQ(WriteManifest(manifest).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(WriteManifest(Manifest{}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cofilter::models
