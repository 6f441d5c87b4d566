// Kinds and states, and what makes an item valid.
#include "data/item.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "absl/strings/str_cat.h"

namespace cofilter::data {
namespace {

Item ValidItem() {
  Item item;
  item.item_id = "i1";
  item.kind = ItemKind::kCourse;
  return item;
}

TEST(ItemTest, NamesAndValuesAgree) {
  for (int i = 1; i <= 6; ++i) {
    const auto kind = static_cast<ItemKind>(i);
    EXPECT_EQ(ParseItemKind(ItemKindName(kind)), kind);
  }
  for (int i = 1; i <= 2; ++i) {
    const auto state = static_cast<ItemState>(i);
    EXPECT_EQ(ParseItemState(ItemStateName(state)), state);
  }
  EXPECT_EQ(ParseItemKind(""), std::nullopt);
  EXPECT_EQ(ItemKindName(static_cast<ItemKind>(77)), "");
}

TEST(ValidateItemTest, NamesTheFieldThatIsWrong) {
  EXPECT_TRUE(ValidateItem(ValidItem()).ok());
  const std::vector<std::pair<std::string, std::function<void(Item&)>>> cases = {
      {"item_id", [](Item& i) { i.item_id.clear(); }},
      {"kind", [](Item& i) { i.kind = ItemKind::kUnspecified; }},
      {"state", [](Item& i) { i.state = ItemState::kUnspecified; }},
      {"title", [](Item& i) { i.title = "two\nlines"; }},
      {"summary", [](Item& i) { i.summary = std::string(20'000, 'x'); }},
      {"topics", [](Item& i) { i.topics = {""}; }},
      {"topics", [](Item& i) { i.topics.assign(1'001, "t"); }},
      {"language", [](Item& i) { i.language = std::string(40, 'e'); }},
      {"repost_of", [](Item& i) { i.repost_of = "i1"; }},
      {"expires_at",
       [](Item& i) {
         i.published_at = runtime::Time(std::chrono::seconds(100));
         i.expires_at = runtime::Time(std::chrono::seconds(99));
       }},
      {"ends_at",
       [](Item& i) {
         i.starts_at = runtime::Time(std::chrono::seconds(100));
         i.ends_at = runtime::Time(std::chrono::seconds(99));
       }},
      {"prerequisites", [](Item& i) { i.prerequisites = {"i1"}; }},
      {"credits", [](Item& i) { i.credits = -0.5; }},
      {"credits", [](Item& i) { i.credits = INFINITY; }},
      {"duration_seconds", [](Item& i) { i.duration_seconds = NAN; }},
      {"org_units", [](Item& i) { i.org_units = {"hq"}; }},
      {"org_units", [](Item& i) { i.org_units = {"/hq/"}; }},
      {"org_units", [](Item& i) { i.org_units = {"/hq//a"}; }},
      {"org_units", [](Item& i) { i.org_units = {""}; }},
  };
  for (const auto& [field, spoil] : cases) {
    Item item = ValidItem();
    spoil(item);
    const absl::Status status = ValidateItem(item);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_THAT(std::string(status.message()), testing::StartsWith(absl::StrCat(field, " ")));
  }
}

}  // namespace
}  // namespace cofilter::data
