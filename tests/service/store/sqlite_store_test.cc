// The SQLite store as a file: locks, versions, damage, and death in the middle of writing.
#include "service/store/sqlite/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "runtime/files.h"
#include "service/store/sqlite/schema.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto directory = runtime::TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok());
    directory_ = std::make_unique<runtime::TemporaryDirectory>(std::move(*directory));
    options_.path = directory_->path() + "/var/store.db";
    options_.clock = &clock_;
  }
  std::unique_ptr<Store> Open() {
    auto store = SqliteStore::Open(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? std::move(*store) : nullptr;
  }
  void Sql(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(options_.path.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  runtime::SimulatedClock clock_{At(0)};
  SqliteStoreOptions options_;
  std::unique_ptr<runtime::TemporaryDirectory> directory_;
};

TEST_F(SqliteStoreTest, MakesTheFileAndItsDirectory) {
  ASSERT_NE(Open(), nullptr);
  EXPECT_TRUE(std::filesystem::exists(options_.path));
}

TEST_F(SqliteStoreTest, NobodyElseMayReadWhatMembersDid) {
  const auto store = Open();
  ASSERT_TRUE(Record(*store, {MakeEvent({.id = "e1"})}).ok());
  for (const char* of : {"", "-wal", "-shm"}) {
    const auto mode = std::filesystem::status(options_.path + of).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << of;
  }
}

TEST_F(SqliteStoreTest, NamesTheOptionThatIsWrong) {
  options_.read_connections = 0;
  EXPECT_THAT(SqliteStore::Open(options_).status().ToString(), HasSubstr("read_connections"));
  options_.read_connections = 1;
  options_.organisation = "";
  EXPECT_THAT(SqliteStore::Open(options_).status().ToString(), HasSubstr("organisation"));
}

TEST_F(SqliteStoreTest, ASecondWriterIsRefusedAndNamesTheFirst) {
  const auto first = Open();
  const auto second = SqliteStore::Open(options_);
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(std::to_string(::getpid())));
}

TEST_F(SqliteStoreTest, ReadsBesideAWriterAndNeverWrites) {
  const auto writer = Open();
  ASSERT_TRUE(Record(*writer, {MakeEvent({.id = "e1"})}).ok());
  const auto reader = SqliteStore::OpenReadOnly(options_);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(Describe(**reader, "ann"), ElementsAre("i1:read@0-0"));
  ASSERT_TRUE(Record(*writer, {MakeEvent({.id = "e2", .item = "i2"})}).ok());
  EXPECT_THAT(Describe(**reader, "ann"), ElementsAre("i1:read@0-0", "i2:read@0-0"));
  EXPECT_TRUE(absl::IsFailedPrecondition(Record(**reader, {MakeEvent({.id = "e3"})}).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition((*reader)->audit().Append({})));
  EXPECT_TRUE((*reader)->Check().ok());
}

TEST_F(SqliteStoreTest, ReadingOnlyNeedsAFile) {
  EXPECT_TRUE(absl::IsNotFound(SqliteStore::OpenReadOnly(options_).status()));
  EXPECT_FALSE(std::filesystem::exists(options_.path));
}

TEST_F(SqliteStoreTest, ReadingOnlyNeedsAnOrganisationThatIsThere) {
  ASSERT_TRUE(SqliteStore::Open(options_).ok());
  options_.organisation = "misspelt";
  const absl::Status status = SqliteStore::OpenReadOnly(options_).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_NE(status.message().find("'misspelt'"), std::string_view::npos) << status;
}

TEST_F(SqliteStoreTest, ARestoreThatWasCutOffIsNoEmptyStore) {
  std::filesystem::create_directories(directory_->path() + "/var");
  ASSERT_TRUE(runtime::WriteFileDurably(options_.path + ".restoring", "half a copy").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(SqliteStore::Open(options_).status()));
  EXPECT_FALSE(std::filesystem::exists(options_.path));
}

TEST_F(SqliteStoreTest, RefusesFilesThatAreNoStore) {
  std::filesystem::create_directories(directory_->path() + "/var");
  std::mt19937 random(7);
  for (const std::size_t size : {100u, 4096u, 100000u}) {
    std::ofstream(options_.path, std::ios::binary) << [&] {
      std::string bytes(size, '\0');
      for (char& byte : bytes) byte = static_cast<char>(random());
      return bytes;
    }();
    const auto store = SqliteStore::Open(options_);
    EXPECT_TRUE(absl::IsDataLoss(store.status())) << size << " " << store.status();
    EXPECT_THAT(std::string(store.status().message()), HasSubstr("not a database"));
  }
  std::filesystem::remove(options_.path);
  Sql("CREATE TABLE theirs (x)");
  const auto store = SqliteStore::Open(options_);
  EXPECT_TRUE(absl::IsFailedPrecondition(store.status()));
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("another program"));
}

TEST_F(SqliteStoreTest, RefusesANewerSchema) {
  Open();
  Sql("UPDATE schema_version SET version=99");
  for (const auto& status :
       {SqliteStore::Open(options_).status(), SqliteStore::OpenReadOnly(options_).status()}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status));
    EXPECT_THAT(std::string(status.message()), HasSubstr("schema version 99"));
  }
}

TEST_F(SqliteStoreTest, MigratesForwardAfterACopy) {
  ASSERT_TRUE(Record(*Open(), {MakeEvent({.id = "e1"})}).ok());
  const int current = 1 + static_cast<int>(Migrations().size());
  std::vector<Migration> migrations(Migrations().begin(), Migrations().end());
  migrations.push_back(
      {.from = current, .description = "remember the mood", .apply = [](Connection& c) {
         return c.Execute("ALTER TABLE member ADD COLUMN mood TEXT");
       }});
  migrations.push_back({.from = current + 1, .description = "broken", .apply = [](Connection& c) {
                          const absl::Status first = c.Execute("CREATE TABLE half (x)");
                          return first.ok() ? absl::DataLossError("as planned") : first;
                        }});
  const auto connection = Connection::Open(options_.path, {});
  ASSERT_TRUE(connection.ok());
  const absl::Status failed = PrepareSchema(**connection, migrations);
  EXPECT_THAT(failed.ToString(),
              HasSubstr(absl::StrCat("from version ", current + 1, " (broken): as planned")));
  // As far as it went, and nothing of the broken step.
  EXPECT_EQ(*SchemaVersion(**connection), current + 1);
  EXPECT_FALSE((*connection)->Execute("SELECT * FROM half").ok());
  migrations.pop_back();
  EXPECT_TRUE(PrepareSchema(**connection, migrations).ok());
  EXPECT_TRUE((*connection)->Execute("SELECT mood FROM member").ok());

  // This program does not know that version; the copy made before is still of its own.
  EXPECT_FALSE(SqliteStore::Open(options_).ok());
  options_.path += absl::StrCat(".version-", current);
  EXPECT_THAT(Describe(*Open(), "ann"), ElementsAre("i1:read@0-0"));
}

TEST_F(SqliteStoreTest, AStoreOfTheFirstVersionGetsRecordsOfImports) {
  {
    ASSERT_TRUE(
        runtime::MakeDirectories(std::filesystem::path(options_.path).parent_path().string()).ok());
    ConnectionOptions create;
    create.create = true;
    const auto connection = Connection::Open(options_.path, create);
    ASSERT_TRUE(connection.ok()) << connection.status();
    ASSERT_TRUE(PrepareSchema(**connection, {}).ok());
    ASSERT_EQ(*SchemaVersion(**connection), 1);
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(SqliteStore::OpenReadOnly(options_).status()));
  const auto store = Open();
  StoredImport import;
  import.import_id = "one";
  EXPECT_TRUE(store->imports().Put(import).ok());
  EXPECT_TRUE(Record(*store, {MakeEvent({.id = "e1"})}).ok());
  EXPECT_TRUE(std::filesystem::exists(options_.path + ".version-1"));
}

TEST_F(SqliteStoreTest, ReceiptsPastTheirTimeGo) {
  options_.receipts_kept = std::chrono::hours(1);
  auto store = Open();
  store->receipts().Append("old", "x", clock_.Now());
  ASSERT_TRUE(store->Check().ok());
  clock_.Advance(std::chrono::hours(2));
  store->receipts().Append("new", "y", clock_.Now());
  store.reset();
  store = Open();
  EXPECT_TRUE(absl::IsNotFound(store->receipts().Get("old").status()));
  EXPECT_EQ(*store->receipts().Get("new"), "y");
}

TEST_F(SqliteStoreTest, AFailingJobDoesNotTakeItsNeighboursAlong) {
  const auto store = Open();
  // Stop the writer in a callback, so that what follows is one group.
  std::promise<void> in_callback, go;
  auto gone = go.get_future().share();
  store->events().Record({MakeEvent({.id = "first"})}, [&](const auto&) {
    in_callback.set_value();
    gone.wait();
  });
  in_callback.get_future().wait();
  std::promise<absl::Status> before, after;
  store->events().Record({MakeEvent({.id = "a", .item = "i1"})},
                         [&](absl::StatusOr<RecordOutcome> o) { before.set_value(o.status()); });
  data::Item stale = MakeItem("x", "");
  stale.revision = 5;
  // Refused after it has written "new".
  std::thread upsert([&] {
    EXPECT_TRUE(absl::IsAborted(
        store->catalogue().Upsert(std::vector{MakeItem("new", ""), stale}).status()));
  });
  store->events().Record({MakeEvent({.id = "b", .item = "i2"})},
                         [&](absl::StatusOr<RecordOutcome> o) { after.set_value(o.status()); });
  go.set_value();
  upsert.join();
  EXPECT_TRUE(before.get_future().get().ok());
  EXPECT_TRUE(after.get_future().get().ok());
  EXPECT_EQ(*store->events().LastSequence(), 3);
  EXPECT_TRUE(store->catalogue().ChangedAfter(0, 10)->empty());
}

// The child records events one batch after the other and writes each acknowledged number to the
// pipe.
[[noreturn]] void RecordUntilKilled(const SqliteStoreOptions& options, int round, int pipe) {
  auto store = SqliteStore::Open(options);
  if (!store.ok()) ::_exit(1);
  for (int i = 0;; ++i) {
    std::vector<data::Event> batch;
    for (int k = 0; k < 3; ++k) {
      const std::string name = absl::StrCat(round, "-", i, "-", k);
      batch.push_back(MakeEvent({.id = name, .item = absl::StrCat("i", name)}));
    }
    if (!Record(**store, std::move(batch)).ok()) ::_exit(2);
    if (::write(pipe, &i, sizeof i) != sizeof i) ::_exit(3);
  }
}

TEST_F(SqliteStoreTest, LosesNothingAcknowledgedWhenKilled) {
  std::set<std::string> acknowledged;
  std::mt19937 random(3);
  for (int round = 0; round < 4; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    if (child == 0) RecordUntilKilled(options_, round, pipe[1]);
    ASSERT_GT(child, 0);
    ::close(pipe[1]);
    const int wanted = 5 + static_cast<int>(random() % 40);
    int i = 0;
    while (::read(pipe[0], &i, sizeof i) == sizeof i) {
      for (int k = 0; k < 3; ++k) {
        acknowledged.insert(absl::StrCat(round, "-", i, "-", k));
      }
      if (i == wanted) ::kill(child, SIGKILL);
    }
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));

    // A reader finds its way through what the dead process left, before any writer does.
    const auto reader = SqliteStore::OpenReadOnly(options_);
    ASSERT_TRUE(reader.ok()) << reader.status();
    EXPECT_GE((*reader)->events().ReadAfter(0, 100000)->size(), acknowledged.size());

    const auto store = Open();
    ASSERT_NE(store, nullptr);
    const auto logged = store->events().ReadAfter(0, 100000);
    ASSERT_TRUE(logged.ok());
    std::set<std::string> ids;
    for (const LoggedEvent& event : *logged) {
      EXPECT_TRUE(ids.insert(event.event.event_id).second) << "twice: " << event.event.event_id;
    }
    for (const std::string& id : acknowledged) EXPECT_TRUE(ids.contains(id)) << "lost: " << id;
    EXPECT_EQ(ids.size() % 3, 0u);  // batches are whole
    EXPECT_EQ(store->members().Read("ann")->items.size(), ids.size());
  }
}

}  // namespace
}  // namespace cofilter::service
