// What the SQLite store does when the disk, the file or another program gets in its way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <future>

#include "runtime/files.h"
#include "service/store/sqlite/sqlite_store.h"
#include "tests/service/store/faulty_vfs.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SqliteFaultsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto directory = runtime::TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok());
    directory_ = std::make_unique<runtime::TemporaryDirectory>(std::move(*directory));
    options_.path = directory_->path() + "/store.db";
    options_.clock = &clock_;
    options_.busy_timeout = std::chrono::milliseconds(20);
    options_.vfs = FaultyVfsName();
    ASSERT_FALSE(options_.vfs.empty());
    auto store = SqliteStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = std::move(*store);
    ASSERT_TRUE(Record(*store_, {MakeEvent({.id = "before"})}).ok());
  }
  void TearDown() override { SetDiskFault(DiskFault::kNone); }

  void ExpectWritesAway() {
    const auto outcome = Record(*store_, {MakeEvent({.id = "during", .item = "i2"})});
    EXPECT_TRUE(absl::IsUnavailable(outcome.status())) << outcome.status();
    EXPECT_TRUE(absl::IsUnavailable(store_->Check()));
    EXPECT_TRUE(
        absl::IsUnavailable(store_->catalogue().Upsert(std::vector{MakeItem("i3", "")}).status()));
  }
  // Nothing of the refused batch is there, and the same batch is taken now.
  void ExpectRecovered() {
    EXPECT_TRUE(store_->Check().ok()) << store_->Check();
    EXPECT_THAT(Describe(*store_, "ann"), ElementsAre("i1:read@0-0"));
    const auto outcome =
        Record(*store_, {MakeEvent({.id = "during", .item = "i2"}), MakeEvent({.id = "before"})});
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(outcome->recorded, 1u);
    EXPECT_EQ(outcome->duplicates, 1u);
    EXPECT_THAT(Describe(*store_, "ann"), ElementsAre("i1:read@0-0", "i2:read@0-0"));
  }

  runtime::SimulatedClock clock_{At(0)};
  SqliteStoreOptions options_;
  std::unique_ptr<runtime::TemporaryDirectory> directory_;
  std::unique_ptr<Store> store_;
};

TEST_F(SqliteFaultsTest, AFullDiskRefusesWritesAndLeavesReads) {
  SetDiskFault(DiskFault::kFull);
  ExpectWritesAway();
  EXPECT_THAT(Describe(*store_, "ann"), ElementsAre("i1:read@0-0"));
  EXPECT_THAT(std::string(store_->Check().message()), HasSubstr("full"));
  SetDiskFault(DiskFault::kNone);
  ExpectRecovered();
}

TEST_F(SqliteFaultsTest, AWriteErrorLeavesNothingHalfWritten) {
  SetDiskFault(DiskFault::kWriteError);
  ExpectWritesAway();
  SetDiskFault(DiskFault::kNone);
  ExpectRecovered();
}

TEST_F(SqliteFaultsTest, WhatCouldNotBeSyncedIsNotAcknowledged) {
  SetDiskFault(DiskFault::kSyncError);
  ExpectWritesAway();
  SetDiskFault(DiskFault::kNone);
  ExpectRecovered();
}

TEST_F(SqliteFaultsTest, AReadErrorIsUnavailableUntilItEnds) {
  SetDiskFault(DiskFault::kReadError);
  EXPECT_TRUE(absl::IsUnavailable(store_->members().Read("ann").status()));
  EXPECT_TRUE(absl::IsUnavailable(store_->events().ReadAfter(0, 1).status()));
  ExpectWritesAway();
  SetDiskFault(DiskFault::kNone);
  ExpectRecovered();
}

TEST_F(SqliteFaultsTest, AnotherProgramsLockIsUnavailableUntilItEnds) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(options_.path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  ExpectWritesAway();
  EXPECT_THAT(Describe(*store_, "ann"), ElementsAre("i1:read@0-0"));
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  ExpectRecovered();
}

TEST_F(SqliteFaultsTest, ARemovedFileIsUnavailableUntilItIsBack) {
  const std::string aside = directory_->path() + "/aside";
  std::filesystem::rename(options_.path, aside);
  EXPECT_TRUE(absl::IsUnavailable(store_->members().Read("ann").status()));
  ExpectWritesAway();
  EXPECT_FALSE(std::filesystem::exists(options_.path));  // no empty store hides the loss
  std::filesystem::rename(aside, options_.path);
  ExpectRecovered();
}

TEST_F(SqliteFaultsTest, AFileReplacedByAnotherStoreIsUnavailable) {
  store_.reset();
  const std::string other = directory_->path() + "/other.db";
  SqliteStoreOptions other_options = options_;
  other_options.path = other;
  other_options.organisation = "someone else";
  ASSERT_TRUE(SqliteStore::Open(other_options).ok());
  other_options.organisation = "more";
  ASSERT_TRUE(SqliteStore::Open(other_options).ok());
  store_ = *SqliteStore::Open(options_);
  std::filesystem::rename(options_.path, directory_->path() + "/aside");
  std::filesystem::rename(other, options_.path);
  ExpectWritesAway();
}

TEST_F(SqliteFaultsTest, ReceiptsWaitForTheStoreAndPastTheBoundAreDropped) {
  store_.reset();
  options_.max_waiting_receipts = 2;
  store_ = *SqliteStore::Open(options_);
  SetDiskFault(DiskFault::kFull);
  store_->receipts().Append("r1", "one", At(0));
  EXPECT_FALSE(store_->Check().ok());  // r1 was tried and is kept
  store_->receipts().Append("r2", "two", At(0));
  store_->receipts().Append("r3", "three", At(0));
  EXPECT_EQ(store_->receipts().dropped(), 1u);
  SetDiskFault(DiskFault::kNone);
  store_.reset();
  store_ = *SqliteStore::Open(options_);
  EXPECT_EQ(*store_->receipts().Get("r1"), "one");
  EXPECT_EQ(*store_->receipts().Get("r2"), "two");
  EXPECT_TRUE(absl::IsNotFound(store_->receipts().Get("r3").status()));
}

TEST_F(SqliteFaultsTest, ClosesWhileTheStoreIsAway) {
  SetDiskFault(DiskFault::kFull);
  store_->receipts().Append("r1", "one", At(0));
  store_.reset();  // gives the receipt up
  SetDiskFault(DiskFault::kNone);
  store_ = *SqliteStore::Open(options_);
  EXPECT_TRUE(absl::IsNotFound(store_->receipts().Get("r1").status()));
  ExpectRecovered();
}

TEST_F(SqliteFaultsTest, AFullQueueIsRefusedEarly) {
  store_.reset();
  options_.max_queued_events = 3;
  store_ = *SqliteStore::Open(options_);
  // The writer stands still in the first batch's callback until the test lets it go.
  std::promise<void> in_callback, go;
  auto gone = go.get_future().share();
  store_->events().Record({MakeEvent({.id = "first"})}, [&](const auto&) {
    in_callback.set_value();
    gone.wait();
  });
  in_callback.get_future().wait();
  std::promise<absl::Status> waiting, refused;
  const auto keep = [](std::promise<absl::Status>& result) {
    return [&result](absl::StatusOr<RecordOutcome> outcome) { result.set_value(outcome.status()); };
  };
  store_->events().Record({MakeEvent({.id = "a"}), MakeEvent({.id = "b"})}, keep(waiting));
  store_->events().Record({MakeEvent({.id = "c"}), MakeEvent({.id = "d"})}, keep(refused));
  EXPECT_TRUE(absl::IsResourceExhausted(refused.get_future().get()));
  go.set_value();
  EXPECT_TRUE(waiting.get_future().get().ok());
}

}  // namespace
}  // namespace cofilter::service
