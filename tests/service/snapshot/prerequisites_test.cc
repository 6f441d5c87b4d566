// Cycles of prerequisites are found before they are stored.
#include "service/snapshot/prerequisites.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

using ::testing::HasSubstr;

class PrerequisitesTest : public ::testing::Test {
 protected:
  void Know(ItemKey key, data::Item item) {
    keys_->Add(key, item.item_id);
    catalogue_.Put(std::make_shared<const CatalogueItem>(StoredItem{key, std::move(item)}, *keys_));
  }
  absl::Status Check(std::vector<data::Item> items) {
    return CheckPrerequisites(items, catalogue_);
  }

  std::shared_ptr<ItemKeys> keys_ = std::make_shared<ItemKeys>();
  Catalogue catalogue_{keys_};
};

TEST_F(PrerequisitesTest, ChainsDiamondsAndUnknownItemsAreFine) {
  Know(1, Course("a"));
  EXPECT_TRUE(
      Check({Course("b", {"a"}), Course("c", {"a"}), Course("d", {"b", "c", "never heard of"})})
          .ok());
}

TEST_F(PrerequisitesTest, ItemThatRequiresItselfIsRefused) {
  const absl::Status status = Check({Course("a", {"a"})});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("a → a"));
}

TEST_F(PrerequisitesTest, CycleThroughTheCatalogueIsNamed) {
  Know(1, Course("a", {"b"}));
  Know(2, Course("b", {"c"}));
  Know(3, Course("c"));
  const absl::Status status = Check({Course("x", {"a"}), Course("c", {"a"})});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("a → b → c → a"));
}

TEST_F(PrerequisitesTest, UpsertThatBreaksTheCycleIsFine) {
  Know(1, Course("a", {"b"}));
  Know(2, Course("b"));
  EXPECT_TRUE(Check({Course("a"), Course("b", {"a"})}).ok());
}

TEST_F(PrerequisitesTest, ChainAsLongAsACatalogueIsWalked) {
  std::vector<data::Item> chain;
  const std::vector<std::string> ids = Ids("c", 100'000);
  for (std::size_t i = 0; i + 1 < ids.size(); ++i) chain.push_back(Course(ids[i], {ids[i + 1]}));
  chain.push_back(Course(ids.back()));
  EXPECT_TRUE(Check(chain).ok());
  chain.back().prerequisites = {ids.front()};
  EXPECT_EQ(Check(chain).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cofilter::service
