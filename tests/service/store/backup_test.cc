// Backup beside a writer, restoring, and digests that tell stores apart.
#include "service/store/sqlite/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "runtime/files.h"
#include "service/store/sqlite/sqlite_store.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    auto directory = runtime::TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok());
    directory_ = std::make_unique<runtime::TemporaryDirectory>(std::move(*directory));
    options_.path = Path("store.db");
    options_.clock = &clock_;
  }
  std::string Path(const std::string& name) const { return directory_->path() + "/" + name; }
  std::unique_ptr<Store> Open() {
    auto store = SqliteStore::Open(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? std::move(*store) : nullptr;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_->path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  runtime::SimulatedClock clock_{At(0)};
  SqliteStoreOptions options_;
  std::unique_ptr<runtime::TemporaryDirectory> directory_;
};

TEST_F(BackupTest, OneMomentIsCopiedWhileAServerWrites) {
  auto store = Open();
  std::atomic<bool> stop{false};
  std::atomic<int> acknowledged{0};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const std::string name = std::to_string(i);
      if (!Record(*store, {MakeEvent({.id = name, .item = absl::StrCat("i", name)}),
                           MakeEvent({.id = name + "b", .item = absl::StrCat("j", name)})})
               .ok()) {
        return;
      }
      acknowledged = i + 1;
    }
  });
  while (acknowledged < 20) std::this_thread::yield();
  const int before = acknowledged;
  const absl::Status status = BackupStore(options_.path, Path("backup.db"));
  stop = true;
  writer.join();
  ASSERT_TRUE(status.ok()) << status;
  store.reset();

  const auto restored = RestoreStore(Path("backup.db"), Path("new.db"), {});
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(*restored, "");
  EXPECT_EQ(*StoreDigest(Path("backup.db")), *StoreDigest(Path("new.db")));
  options_.path = Path("new.db");
  store = Open();
  const auto events = store->events().ReadAfter(0, 100000);
  ASSERT_TRUE(events.ok());
  EXPECT_GE(events->size(),
            2u * static_cast<std::size_t>(before));  // all acknowledged before is there
  EXPECT_EQ(events->size() % 2, 0u);                 // batches are whole
  EXPECT_EQ(store->members().Read("ann")->items.size(), events->size());
}

TEST_F(BackupTest, ABackupIsOneFileAndNeverOverwrites) {
  auto store = Open();
  ASSERT_TRUE(BackupStore(options_.path, Path("b")).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(BackupStore(options_.path, Path("b"))));
  EXPECT_TRUE(absl::IsNotFound(BackupStore(Path("nothing"), Path("c"))));
  EXPECT_FALSE(BackupStore(options_.path, Path("no/such/place")).ok());
  store.reset();
  EXPECT_THAT(Names(), ElementsAre("b", "store.db", "store.db.lock"));
}

TEST_F(BackupTest, RestoringIsRefusedWhileAServerWrites) {
  const auto store = Open();
  ASSERT_TRUE(BackupStore(options_.path, Path("b")).ok());
  const auto restored = RestoreStore(Path("b"), options_.path, {.force = true, .clock = &clock_});
  EXPECT_TRUE(absl::IsFailedPrecondition(restored.status())) << restored.status();
  EXPECT_TRUE(store->Check().ok());
}

TEST_F(BackupTest, RestoringOverAStoreNeedsForceAndKeepsTheOldOne) {
  ASSERT_TRUE(Record(*Open(), {MakeEvent({.id = "e1"})}).ok());
  ASSERT_TRUE(BackupStore(options_.path, Path("b")).ok());
  ASSERT_TRUE(Record(*Open(), {MakeEvent({.id = "e2", .item = "i2"})}).ok());
  const std::string newer = *StoreDigest(options_.path);
  EXPECT_TRUE(absl::IsAlreadyExists(RestoreStore(Path("b"), options_.path, {}).status()));
  const auto aside = RestoreStore(Path("b"), options_.path, {.force = true, .clock = &clock_});
  ASSERT_TRUE(aside.ok()) << aside.status();
  EXPECT_THAT(*aside, HasSubstr("store.db.replaced-2026-01-01T000000Z"));
  EXPECT_EQ(*StoreDigest(*aside), newer);
  EXPECT_THAT(Describe(*Open(), "ann"), ElementsAre("i1:read@0-0"));
  // Once more in the same second: nothing is lost.
  const auto second = RestoreStore(Path("b"), options_.path, {.force = true, .clock = &clock_});
  ASSERT_TRUE(second.ok());
  EXPECT_NE(*second, *aside);
}

TEST_F(BackupTest, ADamagedBackupIsRefusedAndThePlaceStays) {
  auto store = Open();
  std::vector<data::Item> items;
  for (int i = 0; i < 500; ++i)
    items.push_back(MakeItem(absl::StrCat("i", i), std::string(200, 't')));
  ASSERT_TRUE(store->catalogue().Upsert(items).ok());
  store.reset();
  ASSERT_TRUE(BackupStore(options_.path, Path("b")).ok());
  const std::string good = *StoreDigest(options_.path);
  const auto size = std::filesystem::file_size(Path("b"));
  for (const bool cut : {true, false}) {
    std::filesystem::copy_file(Path("b"), Path("bad"),
                               std::filesystem::copy_options::overwrite_existing);
    if (cut) {
      std::filesystem::resize_file(Path("bad"), size / 2);
    } else {
      std::fstream file(Path("bad"), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(size / 4096 / 2 * 4096));
      file << std::string(4096, '\x5a');
    }
    const auto restored =
        RestoreStore(Path("bad"), options_.path, {.force = true, .clock = &clock_});
    EXPECT_TRUE(absl::IsDataLoss(restored.status())) << restored.status();
    EXPECT_EQ(*StoreDigest(options_.path), good);
  }
  std::ofstream(Path("text")) << "not a store";
  EXPECT_FALSE(RestoreStore(Path("text"), options_.path, {.force = true, .clock = &clock_}).ok());
  EXPECT_TRUE(
      absl::IsNotFound(RestoreStore(Path("none"), options_.path, {.force = true}).status()));
}

TEST_F(BackupTest, TheDigestFollowsTheContent) {
  auto store = Open();
  const std::string empty = *StoreDigest(options_.path);
  EXPECT_THAT(empty, SizeIs(64));
  ASSERT_TRUE(Record(*store, {MakeEvent({.id = "e1"})}).ok());
  const std::string one = *StoreDigest(options_.path);
  EXPECT_NE(one, empty);
  store.reset();  // the log is folded into the file: other bytes, same content
  EXPECT_EQ(*StoreDigest(options_.path), one);
  EXPECT_TRUE(absl::IsNotFound(StoreDigest(Path("none")).status()));
}

}  // namespace
}  // namespace cofilter::service
