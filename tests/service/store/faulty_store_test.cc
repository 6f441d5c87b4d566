// The decorator that other tests rely on does what it says.
#include "tests/service/store/faulty_store.h"

#include <gtest/gtest.h>

#include "runtime/files.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

TEST(FaultyStoreTest, AnswersUnavailableWhileAwayAndRecovers) {
  const auto directory = runtime::TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  runtime::SimulatedClock clock(At(0));
  auto real = SqliteFactory().open(directory->path(), "default", clock);
  ASSERT_TRUE(real.ok());
  FaultyStore store(std::move(*real));
  ASSERT_TRUE(Record(store, {MakeEvent({.id = "e1"})}).ok());

  store.SetAway(true);
  EXPECT_TRUE(absl::IsUnavailable(Record(store, {MakeEvent({.id = "e2"})}).status()));
  EXPECT_TRUE(absl::IsUnavailable(store.members().Read("ann").status()));
  EXPECT_TRUE(absl::IsUnavailable(store.catalogue().Upsert({}).status()));
  EXPECT_TRUE(absl::IsUnavailable(store.Check()));
  store.receipts().Append("r", "", At(0));
  EXPECT_EQ(store.receipts().dropped(), 1u);

  store.SetAway(false);
  EXPECT_TRUE(store.Check().ok());
  EXPECT_EQ(*store.events().LastSequence(), 1);
}

TEST(FaultyStoreTest, TheHookMakesItSlowOnTheTestsClock) {
  const auto directory = runtime::TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  runtime::SimulatedClock clock(At(0));
  auto real = SqliteFactory().open(directory->path(), "default", clock);
  ASSERT_TRUE(real.ok());
  FaultyStore store(std::move(*real));
  store.BeforeEachCall([&] { clock.Advance(std::chrono::seconds(60)); });
  ASSERT_TRUE(store.members().Read("ann").ok());
  EXPECT_EQ(clock.Now(), At(1));
}

}  // namespace
}  // namespace cofilter::service
