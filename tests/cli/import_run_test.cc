// Whole imports into a store: counted once, gone on with, told in a record.
#include "cli/import_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/files.h"
#include "service/store/sqlite/sqlite_store.h"

namespace cofilter::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// The real target, which goes away after so many batches of events.
class BreakingTarget final : public ImportTarget {
 public:
  BreakingTarget(ImportTarget& real, int batches) : real_(real), batches_(batches) {}
  std::size_t most_events() const override { return 3; }
  absl::StatusOr<RecordedBatch> Record(std::vector<data::Event> events) override {
    if (batches_-- <= 0) return absl::UnavailableError("gone, by order of the test");
    return real_.Record(std::move(events));
  }
  absl::Status Upsert(std::vector<data::Item> items) override {
    return real_.Upsert(std::move(items));
  }
  absl::Status Upsert(std::vector<data::Member> members) override {
    return real_.Upsert(std::move(members));
  }
  absl::Status Put(const v1::Import& import) override { return real_.Put(import); }
  absl::StatusOr<std::vector<v1::Import>> Imports(const std::string& fingerprint) override {
    return real_.Imports(fingerprint);
  }

 private:
  ImportTarget& real_;
  int batches_;
};

class ImportRunTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    target_.reset();
    auto target = OpenStoreTarget(path_, "default");
    ASSERT_TRUE(target.ok()) << target.status();
    target_ = std::move(*target);
  }
  std::string Write(const std::string& name, std::string_view content) const {
    const std::string path = directory_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  ImportRunOptions Options(const std::string& path) const {
    ImportRunOptions options;
    options.path = path;
    options.fingerprint = path;
    options.settings = "s";
    options.stream.quarantine.max_share = 1;
    return options;
  }
  ImportSummary Run(const ImportRunOptions& options) {
    ImportSummary summary;
    const absl::Status status = RunImport(options, *target_, summary);
    EXPECT_TRUE(status.ok()) << status;
    return summary;
  }
  std::vector<data::Event> Stored() {
    target_.reset();
    service::SqliteStoreOptions options;
    options.path = path_;
    auto store = service::SqliteStore::OpenReadOnly(options);
    EXPECT_TRUE(store.ok()) << store.status();
    const auto logged = (*store)->events().ReadAfter(0, 10'000);
    EXPECT_TRUE(logged.ok()) << logged.status();
    std::vector<data::Event> events;
    for (const service::LoggedEvent& event : *logged) events.push_back(event.event);
    Open();
    return events;
  }

  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create("import");
  const std::string path_ = directory_.path() + "/store/cofilter.db";
  std::unique_ptr<ImportTarget> target_;
};

std::string Interactions(int count) {
  std::string text = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n";
  for (int i = 0; i < count; ++i)
    absl::StrAppend(&text, "u", i % 3, ",i", i, ",", 1'767'225'600 + i, ",read\n");
  return text;
}

TEST_F(ImportRunTest, LeavesARecordAndCountsOnce) {
  const std::string log = Write("log.csv", Interactions(5) + "u,,7,read\n");
  const ImportSummary first = Run(Options(log));
  EXPECT_EQ(first.events, 5u);
  EXPECT_EQ(first.read.quarantined, 1u);
  EXPECT_THAT(first.unknown_items, SizeIs(5));
  const ImportSummary second = Run(Options(log));
  EXPECT_EQ(second.events, 0u);
  EXPECT_EQ(second.duplicates, 5u);
  EXPECT_EQ(second.conflicts, 0u);
  const auto imports = target_->Imports("");
  ASSERT_TRUE(imports.ok()) << imports.status();
  ASSERT_THAT(*imports, SizeIs(2));
  const v1::Import& import = imports->back();
  EXPECT_EQ(import.state(), v1::IMPORT_STATE_FINISHED);
  EXPECT_EQ(import.source_system(), "personalize");
  EXPECT_EQ(import.format(), "personalize");
  EXPECT_EQ(import.input(), log);
  EXPECT_EQ(import.lines(), 6);
  EXPECT_EQ(import.events(), 5);
  EXPECT_EQ(import.quarantined(), 1);
  EXPECT_EQ(import.mapped_verbs(), 5);
  ASSERT_EQ(import.first_reasons_size(), 1);
  EXPECT_THAT(import.first_reasons(0), HasSubstr("log.csv:7: item_id"));
  EXPECT_THAT(Stored(), testing::Each(testing::Field(&data::Event::source_system, "personalize")));
}

TEST_F(ImportRunTest, GoesOnWhereItBrokeOff) {
  const std::string log = Write("log.csv", Interactions(20));
  ImportSummary broken;
  {
    BreakingTarget target(*target_, 4);
    const absl::Status status = RunImport(Options(log), target, broken);
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  }
  EXPECT_EQ(broken.events, 12u);
  ASSERT_THAT(*target_->Imports(""), SizeIs(1));
  EXPECT_EQ(target_->Imports("")->front().state(), v1::IMPORT_STATE_FAILED);
  EXPECT_THAT(target_->Imports("")->front().error(), HasSubstr("gone"));
  Open();
  const ImportSummary resumed = Run(Options(log));
  EXPECT_EQ(resumed.resumed, 1u);
  EXPECT_EQ(resumed.events, 20u);     // of both together
  EXPECT_EQ(resumed.duplicates, 0u);  // nothing was sent twice
  EXPECT_EQ(resumed.import_ids, broken.import_ids);
  EXPECT_THAT(Stored(), SizeIs(20));
  ASSERT_THAT(*target_->Imports(""), SizeIs(1));
  EXPECT_EQ(target_->Imports("")->front().state(), v1::IMPORT_STATE_FINISHED);
  EXPECT_EQ(target_->Imports("")->front().error(), "");
}

TEST_F(ImportRunTest, OtherSettingsBeginAtTheStart) {
  const std::string log = Write("log.csv", Interactions(20));
  ImportSummary broken;
  BreakingTarget target(*target_, 4);
  EXPECT_FALSE(RunImport(Options(log), target, broken).ok());
  ImportRunOptions other = Options(log);
  other.settings = "t";
  const ImportSummary whole = Run(other);
  EXPECT_EQ(whole.resumed, 0u);
  EXPECT_EQ(whole.events, 8u);
  EXPECT_EQ(whole.duplicates, 12u);
}

TEST_F(ImportRunTest, TwoEventsUnderOneIdTheFirstStands) {
  const auto line = [](const std::string& item) {
    return absl::StrCat(R"({"event_id":"e","member_id":"ann","verb":"read","item_id":")", item,
                        R"(","occurred_at":"2026-01-01T00:00:00Z"})", "\n");
  };
  const ImportSummary summary =
      Run(Options(Write("log.jsonl", line("first") + line("second") + line("first"))));
  EXPECT_EQ(summary.events, 1u);
  EXPECT_EQ(summary.conflicts, 1u);
  EXPECT_EQ(summary.duplicates, 1u);
  EXPECT_EQ(target_->Imports("")->front().conflicts(), 1);
  ASSERT_THAT(Stored(), SizeIs(1));
  EXPECT_EQ(Stored().front().item_id, "first");
}

// The one log came with times of its own, the other without: the same import time the second time.
TEST_F(ImportRunTest, AnEventWithoutATimeIsTheSameTheSecondTime) {
  const std::string log = Write(
      "log.jsonl",
      R"({"actor":{"mbox":"mailto:a@x.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"id":"http://x.org/i"}})"
      "\n");
  EXPECT_EQ(Run(Options(log)).events, 1u);
  const ImportSummary again = Run(Options(log));
  EXPECT_EQ(again.duplicates, 1u);
  EXPECT_EQ(again.conflicts, 0u);
  ASSERT_THAT(Stored(), SizeIs(1));
  EXPECT_TRUE(Stored().front().time_assumed);
}

TEST_F(ImportRunTest, ItemsJoinTheCatalogueAsTheirLogDescribesThem) {
  ImportRunOptions options = Options(Write(
      "log.jsonl",
      R"({"actor":{"mbox":"mailto:a@x.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"id":"http://x.org/i","definition":{"name":{"en":"Title"}}},"timestamp":"2026-01-01T00:00:00Z"})"
      "\n"
      R"({"actor":{"mbox":"mailto:a@x.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"id":"http://x.org/bare"},"timestamp":"2026-01-01T00:00:00Z"})"
      "\n"));
  options.created_kind = data::ItemKind::kVideo;
  EXPECT_EQ(Run(options).items, 2u);
  target_.reset();
  service::SqliteStoreOptions store_options;
  store_options.path = path_;
  auto store = service::SqliteStore::OpenReadOnly(store_options);
  ASSERT_TRUE(store.ok()) << store.status();
  std::vector<std::string> items;
  ASSERT_TRUE((*store)
                  ->catalogue()
                  .Load([&](service::StoredItem stored) {
                    items.push_back(absl::StrCat(stored.item.item_id, "|", stored.item.title, "|",
                                                 stored.item.source_system));
                  })
                  .ok());
  EXPECT_THAT(items, ElementsAre("http://x.org/i|Title|xapi", "http://x.org/bare||xapi"));
}

TEST_F(ImportRunTest, ACycleOfPrerequisitesIsRefusedAsAServerDoes) {
  ImportRunOptions options =
      Options(Write("items.jsonl", R"({"item_id":"a","kind":"course","prerequisites":["b"]})"
                                   "\n"
                                   R"({"item_id":"b","kind":"course","prerequisites":["a"]})"
                                   "\n"));
  options.stream.reader.kind = data::RecordKind::kItems;
  ImportSummary summary;
  EXPECT_TRUE(absl::IsInvalidArgument(RunImport(options, *target_, summary)));
  EXPECT_EQ(summary.items, 0u);
}

TEST_F(ImportRunTest, AnItemThatStandsTwiceIsWhatItsLastLineSays) {
  ImportRunOptions options =
      Options(Write("items.jsonl", R"({"item_id":"a","kind":"course","title":"old"})"
                                   "\n"
                                   R"({"item_id":"a","kind":"course","title":"new"})"
                                   "\n"));
  options.stream.reader.kind = data::RecordKind::kItems;
  EXPECT_EQ(Run(options).items, 2u);
}

TEST_F(ImportRunTest, NobodyElseWritesBesideIt) {
  const auto second = OpenStoreTarget(path_, "default");
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("without --store"));
}

}  // namespace
}  // namespace cofilter::cli
