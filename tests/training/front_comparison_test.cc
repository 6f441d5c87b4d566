// Comparing fronts, and the page that tells of it.
#include "training/front_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "training/evaluation_page.h"

namespace cofilter::training {
namespace {

using testing::HasSubstr;
using testing::Not;

Evaluation Point(int notch, double recall, double tail, double coverage, double gini,
                 double novelty) {
  Evaluation e;
  e.model = notch < 0 ? "other" : "ours";
  e.notch = notch;
  e.k = 20;
  e.recall = {recall, recall - 0.01, recall + 0.01, 100};
  e.tail_recall = {tail, tail, tail, 100};
  e.coverage = coverage;
  e.gini = gini;
  e.novelty = {novelty, novelty, novelty, 100};
  return e;
}

TEST(CompareFrontTest, EachMeasureMayHaveItsOwnNotch) {
  const std::vector<Evaluation> notches = {Point(0, 0.20, 0.09, 0.5, 0.6, 9),
                                           Point(1, 0.19, 0.08, 0.7, 0.5, 10)};
  const std::vector<Evaluation> points = {Point(-1, 0.185, 0.09, 0.7, 0.5, 10)};
  const auto found = CompareFront(notches, points);
  ASSERT_EQ(found.size(), 4u);
  for (const FrontComparison& each : found) EXPECT_TRUE(each.holds) << each.measure;
  EXPECT_EQ(found[0].notch, 0);
  EXPECT_EQ(found[1].notch, 1);
}

TEST(CompareFrontTest, ANotchMustKeepTheRecallOfThePoint) {
  const std::vector<Evaluation> notches = {Point(0, 0.20, 0.07, 0.5, 0.6, 9),
                                           Point(1, 0.19, 0.09, 0.7, 0.5, 10)};
  const auto found = CompareFront(notches, std::vector{Point(-1, 0.195, 0.08, 0.4, 0.55, 9)});
  EXPECT_FALSE(found[0].holds) << "notch 1 reaches the tail, below the point's recall";
  EXPECT_TRUE(found[1].holds);
  EXPECT_FALSE(found[2].holds) << "a smaller Gini coefficient is better";
  EXPECT_TRUE(found[3].holds);
}

TEST(CompareFrontTest, PassesOverWhatIsFarBelowAndHoldsNothingAgainstABetterPoint) {
  const std::vector<Evaluation> notches = {Point(0, 0.20, 0.07, 0.5, 0.6, 9)};
  EXPECT_TRUE(CompareFront(notches, std::vector{Point(-1, 0.179, 1, 1, 0, 99)}).empty());
  for (const FrontComparison& each :
       CompareFront(notches, std::vector{Point(-1, 0.21, 0, 0, 1, 0)})) {
    EXPECT_FALSE(each.holds);
    EXPECT_EQ(each.notch, -1);
  }
}

TEST(EvaluationPageTest, ShowsIntervalsPicturesAndWhatIsNotBeaten) {
  std::vector<Evaluation> all = {Point(0, 0.20, 0.07, 0.5, 0.6, 9),
                                 Point(1, 0.19, 0.09, 0.7, 0.5, 10),
                                 Point(-1, 0.195, 0.08, 0.4, 0.65, 8)};
  all[2].model = "a <b>";
  all[2].variant = "lambda=0.5";
  const std::string page =
      EvaluationPage("Mine & yours", std::vector{EvaluationChapter{"gowalla", all, {"a note"}}});
  EXPECT_THAT(page, HasSubstr("<title>Mine &amp; yours</title>"));
  EXPECT_THAT(page, HasSubstr("0.2000 <small>0.1900–0.2100</small>"));
  EXPECT_THAT(page, HasSubstr("a &lt;b&gt; lambda=0.5</td>"));
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_THAT(page, HasSubstr("Recall against coverage"));
  EXPECT_THAT(page, HasSubstr("in 3 of 4 comparisons"));
  EXPECT_THAT(page, HasSubstr("<li>a note</li>"));
  EXPECT_THAT(EvaluationSection({"empty", {}, {}}), HasSubstr("<h2>empty</h2>"));
}

}  // namespace
}  // namespace cofilter::training
