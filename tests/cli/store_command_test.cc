// cofilter store and export as an operator runs them, on a SQLite file and a real Redis.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/service/store/redis_server.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using testing::HasSubstr;

class StoreCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    auto redis = RedisServer::Start();
    ASSERT_TRUE(redis.ok()) << redis.status();
    redis_ = *std::move(redis);
    std::ofstream(Path("c.toml")) << "[store]\nkind = \"redis\"\n[store.redis]\naddresses = [\""
                                  << redis_->address() << "\"]\n";
    auto store = SqliteFactory().open(directory_.path(), "default", clock_);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->catalogue().Upsert(std::vector{MakeItem("i1", "title")}).ok());
    ASSERT_TRUE(
        Record(**store, {MakeEvent({.id = "e1"}), MakeEvent({.id = "e2", .member = "bob"})}).ok());
  }
  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }
  // Whether it ended well; what it said is in said().
  bool Run(const std::string& arguments) {
    const std::string command =
        "cd " + directory_.path() + " && " COFILTER_PROGRAM " " + arguments + " > said 2>&1";
    return std::system(command.c_str()) == 0;
  }
  std::string said() const { return runtime::ReadFile(Path("said")).value_or(""); }
  std::int64_t Logged() const {
    return redis_->Do({"XLEN", "cofilter:{default}:log"})->view().number();
  }

  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create();
  runtime::SimulatedClock clock_{At(0)};
  std::unique_ptr<RedisServer> redis_;
};

TEST_F(StoreCommandTest, MovesThereAndBackWithTheSameDigests) {
  ASSERT_TRUE(Run("store move --from store.db --to c.toml")) << said();
  const std::string there = said();
  EXPECT_THAT(there, HasSubstr("2 events"));
  ASSERT_TRUE(Run("store move --from c.toml --to back.db")) << said();
  const auto digests = [](const std::string& text) {
    const std::size_t end = text.find("  2 events");
    return end == std::string::npos || end < 32 ? text : text.substr(end - 32, 32);
  };
  EXPECT_EQ(digests(there), digests(said()));
  EXPECT_FALSE(Run("store move --from store.db --to c.toml"));
  EXPECT_THAT(said(), HasSubstr("not empty"));
  EXPECT_FALSE(Run("store move --from missing.db --to back.db"));
  EXPECT_THAT(said(), HasSubstr("missing.db does not exist"));
}

TEST_F(StoreCommandTest, TrimsWhatAnExportHoldsAndNothingElse) {
  ASSERT_TRUE(Run("store move --from store.db --to c.toml")) << said();
  ASSERT_TRUE(Run("export --config c.toml --out out")) << said();
  EXPECT_THAT(said(), HasSubstr("2 events"));
  RedisStoreOptions options = OptionsFor(redis_->endpoint());
  {
    const auto store = RedisStore::Open(options);
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE(Record(**store, {MakeEvent({.id = "later"})}).ok());
  }
  // An export of something else trims nothing.
  ASSERT_TRUE(Run("export --store store.db --out other")) << said();
  ASSERT_EQ(std::system(("rm -r " + Path("other/events/*")).c_str()), 0);
  std::ofstream(Path("other/events/2026-01-01.jsonl"))
      << R"({"event_id":"x","member_id":"ann","item_id":"i1","verb":"read","occurred_at":"2026-01-01T00:00:00Z","received_at":"2026-01-01T00:00:00Z"})"
      << '\n';
  EXPECT_FALSE(Run("store trim --config c.toml --export other"));
  EXPECT_THAT(said(), HasSubstr("nothing was trimmed"));
  EXPECT_EQ(Logged(), 3);

  ASSERT_TRUE(Run("store trim --config c.toml --export out")) << said();
  EXPECT_EQ(Logged(), 1);
  EXPECT_FALSE(Run("store move --from c.toml --to back.db"));
  EXPECT_THAT(said(), HasSubstr("trimmed"));
}

}  // namespace
}  // namespace cofilter::service
