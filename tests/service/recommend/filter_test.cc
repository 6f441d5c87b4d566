// Each reason to drop an item, their precedence against a slow reference, and what comes in place
// of a closed course.
#include "service/recommend/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

class FilterTest : public ::testing::Test {
 protected:
  FilterTest() {
    context_.catalogue = &catalogue_;
    context_.now = Day(0);
    context_.kinds = ~0u;
    context_.marks = &marks_;
  }
  const CatalogueItem& Put(data::Item item) {
    const ItemKey key = next_key_++;
    keys_->Add(key, item.item_id);
    catalogue_.Put(std::make_shared<const CatalogueItem>(StoredItem{key, std::move(item)}, *keys_));
    return *catalogue_.Find(key);
  }
  DropReason Drop(const CatalogueItem& item) { return FirstDrop(context_, item.key); }
  std::string Opener(const CatalogueItem& item) {
    const ItemKey opener = FirstOpenPrerequisite(context_, item.key);
    return opener == 0 ? "" : catalogue_.Find(opener)->item.item_id;
  }
  void Done(const CatalogueItem& item) { marks_.Add(item.key, Marks::kDone | Marks::kCompleted); }

  std::shared_ptr<ItemKeys> keys_ = std::make_shared<ItemKeys>();
  Catalogue catalogue_{keys_};
  Marks marks_;
  FilterContext context_;
  ItemKey next_key_ = 1;
};

TEST_F(FilterTest, PlainItemStays) {
  EXPECT_EQ(Drop(Put(NewsItem("a"))), DropReason::kUnspecified);
}

TEST_F(FilterTest, MarksDrop) {
  const CatalogueItem& item = Put(NewsItem("a"));
  for (const auto& [mark, reason] : std::vector<std::pair<std::uint16_t, DropReason>>{
           {Marks::kBlocked, DropReason::kBlocked},
           {Marks::kExcluded, DropReason::kExcludedByRequest},
           {Marks::kListed, DropReason::kListed},
           {Marks::kCompleted, DropReason::kCompleted},
           {Marks::kSeen, DropReason::kSeen},
           {Marks::kNotInterested, DropReason::kNotInterested},
           {Marks::kDone, DropReason::kUnspecified},
           {Marks::kCandidate, DropReason::kUnspecified}}) {
    marks_.Clear();
    marks_.Add(item.key, mark);
    EXPECT_EQ(Drop(item), reason) << mark;
  }
}

TEST_F(FilterTest, TimeAndState) {
  EXPECT_EQ(Drop(Put(NewsItem("tomorrow", 1))), DropReason::kNotPublished);
  data::Item expired = NewsItem("expired");
  expired.expires_at = Day(0);
  EXPECT_EQ(Drop(Put(expired)), DropReason::kExpired);
  data::Item retired = NewsItem("retired");
  retired.state = data::ItemState::kRetired;
  EXPECT_EQ(Drop(Put(retired)), DropReason::kRetired);
}

TEST_F(FilterTest, KindUnitTopicLanguage) {
  context_.kinds = 1u << static_cast<unsigned>(data::ItemKind::kCourse);
  EXPECT_EQ(Drop(Put(NewsItem("a"))), DropReason::kOtherKind);
  context_.kinds = ~0u;

  data::Item item = NewsItem("b");
  item.org_units = {"/north", "/south/x"};
  const CatalogueItem& units = Put(item);
  for (const auto& [unit, stays] : std::vector<std::pair<std::string, bool>>{{"/north", true},
                                                                             {"/north/a", true},
                                                                             {"/south/x/y", true},
                                                                             {"/south", false},
                                                                             {"/northern", false},
                                                                             {"", false}}) {
    context_.unit = unit;
    EXPECT_EQ(Drop(units), stays ? DropReason::kUnspecified : DropReason::kOtherUnit) << unit;
  }

  item = NewsItem("c");
  item.topics = {"sport", "chess"};
  item.language = "zh-CN";
  const CatalogueItem& chess = Put(item);
  const std::vector<std::string> wanted = {"go", "chess"}, other = {"go"};
  context_.topics = wanted;
  EXPECT_EQ(Drop(chess), DropReason::kUnspecified);
  context_.topics = other;
  EXPECT_EQ(Drop(chess), DropReason::kOtherTopic);
  context_.topics = {};
  context_.muted_topics = wanted;
  EXPECT_EQ(Drop(chess), DropReason::kMuted);
  context_.muted_topics = other;
  for (const auto& [language, stays] : std::vector<std::pair<std::string, bool>>{{"zh", true},
                                                                                 {"ZH-cn", true},
                                                                                 {"zh-CN-x", false},
                                                                                 {"z", false},
                                                                                 {"en", false},
                                                                                 {"", true}}) {
    context_.language = language;
    EXPECT_EQ(Drop(chess), stays ? DropReason::kUnspecified : DropReason::kOtherLanguage)
        << language;
  }
  context_.language = "en";
  EXPECT_EQ(Drop(Put(NewsItem("of unknown language"))), DropReason::kUnspecified);
}

TEST_F(FilterTest, PrecedenceIsThatOfTheDesign) {
  // block > not out, expired, retired > exclude ids > (completed > mandatory, pin >) seen > mute
  const auto place = [](DropReason reason) {
    return std::find(kPrecedence.begin(), kPrecedence.end(), reason) - kPrecedence.begin();
  };
  EXPECT_EQ(place(DropReason::kBlocked), 0);
  for (const DropReason reason :
       {DropReason::kRetired, DropReason::kNotPublished, DropReason::kExpired}) {
    EXPECT_LT(place(reason), place(DropReason::kExcludedByRequest));
  }
  EXPECT_LT(place(DropReason::kExcludedByRequest), place(DropReason::kCompleted));
  EXPECT_LT(place(DropReason::kCompleted), place(DropReason::kSeen));
  EXPECT_LT(place(DropReason::kSeen), place(DropReason::kMuted));
}

// A reference that knows nothing of the table: it collects every reason that holds, then takes the
// strongest.
TEST_F(FilterTest, FirstReasonIsTheStrongestOfAllThatHold) {
  std::mt19937 random(3);
  const auto chance = [&] { return random() % 4 == 0; };
  const std::vector<std::string> muted = {"m"}, topics = {"t"};
  for (int round = 0; round < 3000; ++round) {
    data::Item item =
        chance() ? Course("i" + std::to_string(round)) : NewsItem("i" + std::to_string(round));
    std::set<int> holds;
    const auto note = [&](bool applies, DropReason reason) {
      if (applies)
        holds.insert(static_cast<int>(std::find(kPrecedence.begin(), kPrecedence.end(), reason) -
                                      kPrecedence.begin()));
    };
    context_.kinds = chance() ? 1u << static_cast<unsigned>(data::ItemKind::kNews) : ~0u;
    note(context_.kinds != ~0u && item.kind == data::ItemKind::kCourse, DropReason::kOtherKind);
    const bool retired = chance(), early = chance(), expired = !early && chance();
    if (retired) item.state = data::ItemState::kRetired;
    if (early) item.published_at = Day(1);
    if (expired) item.expires_at = Day(-0.5);
    note(retired, DropReason::kRetired);
    note(early, DropReason::kNotPublished);
    note(expired, DropReason::kExpired);
    const bool units = chance();
    if (units) item.org_units = {"/x"};
    context_.unit = chance() ? "/x/y" : "/z";
    note(units && context_.unit == "/z", DropReason::kOtherUnit);
    if (chance()) item.topics.push_back("m");
    if (chance()) item.topics.push_back("t");
    context_.muted_topics = chance() ? muted : std::span<const std::string>();
    context_.topics = chance() ? topics : std::span<const std::string>();
    const auto has = [&](const char* topic) {
      return std::find(item.topics.begin(), item.topics.end(), topic) != item.topics.end();
    };
    note(!context_.muted_topics.empty() && has("m"), DropReason::kMuted);
    note(!context_.topics.empty() && !has("t"), DropReason::kOtherTopic);
    item.language = chance() ? "en" : "";
    context_.language = chance() ? "zh" : "";
    note(item.language == "en" && context_.language == "zh", DropReason::kOtherLanguage);
    const CatalogueItem& put = Put(item);
    for (const auto& [mark, reason] : std::vector<std::pair<std::uint16_t, DropReason>>{
             {Marks::kBlocked, DropReason::kBlocked},
             {Marks::kExcluded, DropReason::kExcludedByRequest},
             {Marks::kListed, DropReason::kListed},
             {Marks::kCompleted, DropReason::kCompleted},
             {Marks::kSeen, DropReason::kSeen},
             {Marks::kNotInterested, DropReason::kNotInterested}}) {
      if (!chance()) continue;
      marks_.Add(put.key, mark);
      note(true, reason);
    }
    const DropReason expected = holds.empty()
                                    ? DropReason::kUnspecified
                                    : kPrecedence[static_cast<std::size_t>(*holds.begin())];
    ASSERT_EQ(Drop(put), expected) << "round " << round;
  }
}

TEST_F(FilterTest, FirstOpenPrerequisiteComesFirst) {
  const CatalogueItem& a = Put(Course("a"));
  const CatalogueItem& b = Put(Course("b", {"a"}));
  const CatalogueItem& c = Put(Course("c"));
  const CatalogueItem& d = Put(Course("d", {"b", "c"}));
  EXPECT_FALSE(HasOpenPrerequisites(context_, a.key));
  EXPECT_TRUE(HasOpenPrerequisites(context_, d.key));
  EXPECT_EQ(Opener(d), "a") << "the first in order, and what it needs before it";
  Done(a);
  EXPECT_EQ(Opener(d), "b");
  EXPECT_FALSE(HasOpenPrerequisites(context_, b.key));
  Done(b);
  EXPECT_EQ(Opener(d), "c");
  Done(c);
  EXPECT_FALSE(HasOpenPrerequisites(context_, d.key));
}

TEST_F(FilterTest, OpenerThatMayNotBeServedGivesWayToTheNext) {
  data::Item retired = Course("a");
  retired.state = data::ItemState::kRetired;
  Put(retired);
  Put(Course("b"));
  EXPECT_EQ(Opener(Put(Course("c", {"a", "b"}))), "b");
  EXPECT_EQ(Opener(Put(Course("d", {"a"}))), "");
  EXPECT_EQ(Opener(Put(Course("e", {"never upserted"}))), "");
}

TEST_F(FilterTest, PrerequisiteUpsertedLaterIsFound) {
  const CatalogueItem& late = Put(Course("late", {"z"}));
  EXPECT_EQ(late.prerequisites[0], 0u);
  EXPECT_EQ(Opener(late), "");
  const CatalogueItem& z = Put(Course("z"));
  EXPECT_EQ(Opener(late), "z");
  Done(z);
  EXPECT_FALSE(HasOpenPrerequisites(context_, late.key));
}

TEST_F(FilterTest, CycleInTheStoreEndsTheWalk) {
  Put(Course("a", {"b"}));
  const CatalogueItem& b = Put(Course("b", {"a"}));
  EXPECT_EQ(Opener(b), "");
}

TEST_F(FilterTest, StageCountsEveryDropAndAddsEachOpenerOnce) {
  const CatalogueItem& a = Put(Course("a"));
  std::vector<Candidate> candidates(4);
  candidates[0].key = Put(Course("b", {"a"})).key;
  candidates[1].key = Put(Course("c", {"a"})).key;
  candidates[2].key = Put(NewsItem("tomorrow", 1)).key;
  candidates[3].key = Put(NewsItem("n")).key;
  std::vector<ItemKey> openers;
  StageTrace trace;
  Filter(context_, marks_, candidates, openers, trace);
  ASSERT_EQ(candidates.size(), 1u);
  EXPECT_EQ(catalogue_.Find(candidates[0].key)->item.item_id, "n");
  EXPECT_THAT(openers, ::testing::ElementsAre(a.key));
  EXPECT_EQ(trace.in, 4u);
  EXPECT_EQ(trace.out, 2u);
  EXPECT_THAT(trace.drops,
              ::testing::UnorderedElementsAre(::testing::Pair(DropReason::kPrerequisite, 2u),
                                              ::testing::Pair(DropReason::kNotPublished, 1u)));
}

}  // namespace
}  // namespace cofilter::service
