// Re-rankers against lists worked out by hand.
#include "training/popularity_reranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/training/made_data.h"
#include "training/ranked_list.h"

namespace cofilter::training {
namespace {

using testing::ElementsAre;

// The given scores for everybody.
class FixedScores final : public MemberScores {
 public:
  explicit FixedScores(std::vector<float> scores) : scores_(std::move(scores)) {}
  std::string name() const override { return "fixed"; }
  std::span<const int> notches() const override { return notch_; }
  void Score(std::span<const std::span<const data::Interaction>> histories,
             const Visit& visit) const override {
    for (std::size_t m = 0; m < histories.size(); ++m) {
      std::vector<float> scores = scores_;
      visit(m, 0, scores);
    }
  }

 private:
  const std::vector<float> scores_;
  const std::vector<int> notch_ = {-1};
};

// Ten items: degrees make rows 0 and 1 the popular ones, the other eight are the tail.
data::Dataset Ten() {
  std::vector<std::vector<std::uint32_t>> histories(12, {0, 1});
  histories[0] = {0, 1, 2, 3};
  histories[1] = {1, 4, 5, 6, 7, 8, 9};
  return MakeDataset(histories, 10);
}

std::vector<std::vector<std::uint32_t>> Lists(RerankingSettings settings, std::size_t member,
                                              std::vector<float> scores) {
  const data::Dataset dataset = Ten();
  const FixedScores base(std::move(scores));
  const auto reranked = MakeRerankedScores(base, dataset, std::move(settings));
  std::vector<std::vector<std::uint32_t>> lists(reranked->notches().size());
  const std::span<const data::Interaction> history = dataset.of(member);
  reranked->Score({&history, 1}, [&](std::size_t, std::size_t variant, std::span<float> found) {
    TopRows(found, 20, &lists[variant]);
  });
  return lists;
}

TEST(RerankedScoresTest, WithoutWeightTheOrderOfTheModelStands) {
  for (const Reranker reranker : {Reranker::kXquad, Reranker::kCalibrated}) {
    const auto lists = Lists({reranker, 5, 3, {0}}, 0, {9, 8, 7, 6, 1, 5, 2, 4, 3, 0});
    // Of the history nothing is listed.
    EXPECT_THAT(lists[0], ElementsAre(5, 7, 8));
  }
}

TEST(RerankedScoresTest, XquadFillsTheCategoryThatTheMemberLikesAndLacks) {
  // m1 has one popular item of seven: mostly tail. Candidates: 0 (popular), 2, 3 (tail).
  const auto lists =
      Lists({Reranker::kXquad, 3, 2, {0.1, 0.9}}, 1, {10, 0, 6, 5, 0, 0, 0, 0, 0, 0});
  // Relevance 1, .2, 0. λ = .1: .9 + .1/7 · 1 = .914 against .18 + .1 · 6/7 = .266.
  EXPECT_THAT(lists[0], ElementsAre(0, 2));
  // λ = .9: .1 + .9/7 = .229 against .02 + .9 · 6/7 = .791; then .229 against 0 + 0: the tail is
  // served.
  EXPECT_THAT(lists[1], ElementsAre(2, 0));
}

TEST(RerankedScoresTest, CalibrationBringsTheSharesOfTheHistory) {
  // m0 has read two popular items and two of the tail; of what is left all is tail but nothing
  // else.
  const auto even =
      Lists({Reranker::kCalibrated, 8, 4, {0.99}}, 1, {10, 0, 9, 8, 0, 0, 0, 0, 0, 0});
  // One in seven popular: the first place goes to the tail, whatever the scores.
  ASSERT_FALSE(even[0].empty());
  EXPECT_EQ(even[0].front(), 2u);
}

TEST(RerankedScoresTest, FewCandidatesGiveAShortList) {
  std::vector<float> scores(10, kNotListed);
  scores[4] = 1;
  const auto lists = Lists({Reranker::kXquad, 5, 3, {0.5}}, 0, scores);
  EXPECT_THAT(lists[0], ElementsAre(4));
}

}  // namespace
}  // namespace cofilter::training
