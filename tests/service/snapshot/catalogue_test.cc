// Items by key and id, and copies that do not change.
#include "service/snapshot/catalogue.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

std::shared_ptr<const CatalogueItem> Stored(ItemKey key, data::Item item, ItemKeys& keys) {
  keys.Add(key, item.item_id);
  return std::make_shared<const CatalogueItem>(StoredItem{key, std::move(item)}, keys);
}

TEST(CatalogueTest, FindsByKeyAndById) {
  auto keys = std::make_shared<ItemKeys>();
  Catalogue catalogue(keys);
  catalogue.Put(Stored(3, NewsItem("c"), *keys));
  keys->Add(2, "named by an event only");
  ASSERT_NE(catalogue.Find(ItemKey{3}), nullptr);
  EXPECT_EQ(catalogue.Find("c"), catalogue.Find(ItemKey{3}));
  EXPECT_EQ(catalogue.Find("named by an event only"), nullptr);
  EXPECT_EQ(catalogue.Find("unheard of"), nullptr);
  EXPECT_EQ(catalogue.Find(ItemKey{0}), nullptr);
  EXPECT_EQ(catalogue.Find(ItemKey{4'000'000}), nullptr);
  EXPECT_EQ(catalogue.size(), 1u);
}

TEST(CatalogueTest, ReplacedItemIsCountedOnceAndOldCopiesKeepTheOldOne) {
  auto keys = std::make_shared<ItemKeys>();
  Catalogue catalogue(keys);
  catalogue.Put(Stored(1, NewsItem("a"), *keys));
  const Catalogue before = catalogue.Share();
  data::Item changed = NewsItem("a");
  changed.title = "new title";
  catalogue.Put(Stored(1, changed, *keys));
  EXPECT_EQ(catalogue.size(), 1u);
  EXPECT_EQ(catalogue.Find("a")->item.title, "new title");
  EXPECT_EQ(before.Find("a")->item.title, "News of a");
}

TEST(CatalogueTest, ServedFromPublicationUntilExpiryExactly) {
  ItemKeys keys;
  data::Item item = NewsItem("a", 1);
  item.expires_at = Day(2);
  const auto stored = Stored(1, item, keys);
  const runtime::Duration moment(1);
  EXPECT_FALSE(stored->MayBeServed(Day(1) - moment));
  EXPECT_TRUE(stored->MayBeServed(Day(1)));
  EXPECT_TRUE(stored->MayBeServed(Day(2) - moment));
  EXPECT_FALSE(stored->MayBeServed(Day(2)));
}

TEST(ItemKeysTest, KeyKeepsItsFirstId) {
  ItemKeys keys;
  keys.Add(2, "b");
  keys.Add(2, "other");
  keys.Add(0, "nothing");
  EXPECT_EQ(keys.Find("b"), 2u);
  EXPECT_EQ(keys.Find("other"), 0u);
  EXPECT_EQ(keys.Find("nothing"), 0u);
  EXPECT_EQ(keys.IdOf(2), "b");
  EXPECT_EQ(keys.IdOf(1), "");
  EXPECT_EQ(keys.last(), 2u);
  const std::string_view view = keys.IdOf(2);
  for (ItemKey key = 3; key < 5000; ++key) keys.Add(key, absl::StrCat("x", key));
  EXPECT_EQ(view, "b");
}

}  // namespace
}  // namespace cofilter::service
