// Foreign verbs and ours.
#include "data/import/verb_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/import/app_verbs.h"
#include "data/import/xapi_verbs.h"
#include "runtime/files.h"

namespace cofilter::data {
namespace {

TEST(VerbMapTest, FoldsNamesAndCounts) {
  VerbMap verbs(AppVerbs());
  EXPECT_EQ(verbs.Find("Clicked")->verb, Verb::kOpen);
  EXPECT_EQ(verbs.Find("COMPLETE")->verb, Verb::kComplete);
  EXPECT_EQ(verbs.Find("retract")->verb, Verb::kOther);  // of which event, no name says
  EXPECT_EQ(verbs.Find("dance")->verb, Verb::kOther);
  EXPECT_EQ(verbs.Find("dance"), verbs.Find("dance"));
  EXPECT_TRUE(verbs.Used().empty());
  verbs.Find("dance")->count += 2;
  verbs.Find("Clicked")->count += 3;
  EXPECT_EQ(verbs.mapped(), 3u);
  EXPECT_EQ(verbs.unweighted(), 2u);
}

TEST(VerbMapTest, ALogOfTextsDoesNotFillTheMemory) {
  VerbMap verbs({});
  for (int i = 0; i < 20'000; ++i) ++verbs.Find(absl::StrCat("text ", i))->count;
  EXPECT_LE(verbs.Used().size(), 10'001u);
  EXPECT_EQ(verbs.unweighted(), 20'000u);
}

TEST(VerbMapTest, RefusesAVerbThatIsNotOurs) {
  VerbMap verbs({});
  EXPECT_TRUE(absl::IsInvalidArgument(verbs.Add("x", "dance")));
  EXPECT_TRUE(absl::IsInvalidArgument(verbs.Add("", "read")));
  EXPECT_TRUE(verbs.Add("x", "other").ok());
}

TEST(VerbListsTest, EachForeignVerbStandsOnce) {
  for (const auto list : {AppVerbs(), XapiVerbs()}) {
    std::set<std::string_view> names;
    for (const VerbPair& pair : list) {
      EXPECT_TRUE(names.insert(pair.foreign).second) << pair.foreign;
      EXPECT_NE(pair.verb, Verb::kOther) << pair.foreign;
      EXPECT_NE(pair.verb, Verb::kRetract) << pair.foreign;
    }
  }
}

TEST(VerbListsTest, ThePagesListThem) {
  const std::pair<std::span<const VerbPair>, std::string> pages[] = {{AppVerbs(), "import.md"},
                                                                     {XapiVerbs(), "xapi.md"}};
  for (const auto& [list, page] : pages) {
    const auto text = runtime::ReadFile(absl::StrCat(COFILTER_SOURCE_DIR, "/docs/formats/", page));
    ASSERT_TRUE(text.ok()) << text.status();
    for (const VerbPair& pair : list) {
      EXPECT_THAT(*text, testing::HasSubstr(std::string(pair.foreign)));
    }
  }
}

}  // namespace
}  // namespace cofilter::data
