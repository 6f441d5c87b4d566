// Text to features: what counts as one, what is told apart, and that hashes never change.
#include "models/content_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cofilter::models {
namespace {

constexpr std::uint32_t kBuckets = 1u << 20;  // wide enough that these few features do not collide

float Total(const ContentFeatures& features) {
  float total = 0;
  for (const auto& [bucket, count] : HashFeatures(features, kBuckets)) total += count;
  return total;
}

std::vector<std::pair<std::uint32_t, float>> OfTitle(std::string_view title) {
  return HashFeatures({.title = title, .summary = {}, .topics = {}, .publisher = {}}, kBuckets);
}

// Features of b that a has too.
std::size_t Shared(std::string_view a, std::string_view b) {
  std::set<std::uint32_t> of_a;
  for (const auto& [bucket, count] : OfTitle(a)) of_a.insert(bucket);
  std::size_t shared = 0;
  for (const auto& [bucket, count] : OfTitle(b)) shared += of_a.count(bucket);
  return shared;
}

TEST(ContentFeaturesTest, WordsAndTheirPairs) {
  EXPECT_EQ(OfTitle("safety at work").size(), 5u);  // three words, two pairs
  EXPECT_EQ(OfTitle("Safety, AT work!"), OfTitle("safety at work"));
  EXPECT_EQ(OfTitle("ＳＡＦＥＴＹ at work"), OfTitle("safety at work"));  // full-width
  EXPECT_EQ(OfTitle("ÉTÉ Привет"), OfTitle("été привет"));
  const auto twice = OfTitle("work work work");
  ASSERT_EQ(twice.size(), 2u);
  EXPECT_EQ(std::max(twice[0].second, twice[1].second), 3);
}

TEST(ContentFeaturesTest, CharactersAndBigramsOfChinese) {
  EXPECT_EQ(OfTitle("安全生产").size(), 7u);    // four characters, three bigrams
  EXPECT_EQ(OfTitle("安全，生产").size(), 6u);  // a comma parts the bigram
  EXPECT_GT(Shared("安全生产", "安全教育"), 2u);
  EXPECT_EQ(OfTitle("5G时代").size(), 4u);  // a word, two characters, a bigram
}

TEST(ContentFeaturesTest, KindsAreToldApart) {
  ContentFeatures topic, publisher;
  topic.topics = {"safety"};
  publisher.publisher = "safety";
  const auto word = OfTitle("safety");
  EXPECT_NE(HashFeatures(topic, kBuckets), word);
  EXPECT_NE(HashFeatures(publisher, kBuckets), word);
  EXPECT_NE(HashFeatures(publisher, kBuckets), HashFeatures(topic, kBuckets));
  EXPECT_EQ(Shared("安", "安全"), 1u);
}

TEST(ContentFeaturesTest, TitleAndSummaryCountTogetherWithoutAPairAcross) {
  ContentFeatures features;
  features.title = "safety";
  features.summary = "safety";
  const auto found = HashFeatures(features, kBuckets);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].second, 2);
}

TEST(ContentFeaturesTest, BucketsRiseAndStayBelowTheirNumber) {
  ContentFeatures features;
  features.title = "one two three four five six seven eight nine ten 安全生产教育";
  features.topics = {"a", "b", "c"};
  for (const std::uint32_t buckets : {1u, 2u, 7u, 4096u}) {
    const auto found = HashFeatures(features, buckets);
    float total = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_LT(found[i].first, buckets);
      if (i > 0) {
        EXPECT_LT(found[i - 1].first, found[i].first);
      }
      total += found[i].second;
    }
    EXPECT_EQ(total, Total(features));
  }
  EXPECT_TRUE(HashFeatures(features, 0).empty());
}

TEST(ContentFeaturesTest, BrokenBytesAreSkipped) {
  EXPECT_EQ(OfTitle("safe\xffty"), OfTitle("safety"));
  EXPECT_EQ(OfTitle("\xe5\xae"), OfTitle(""));                  // cut short
  EXPECT_EQ(OfTitle("\xc0\xaf\xed\xa0\x80\xf5"), OfTitle(""));  // overlong, surrogate, out of range
  EXPECT_EQ(OfTitle("a\xf0\x9f"), OfTitle("a"));
  for (int lead = 0; lead < 256; ++lead) {
    for (const int next : {0x00, 0x41, 0x80, 0xbf, 0xff}) {
      const char bytes[] = {static_cast<char>(lead), static_cast<char>(next),
                            static_cast<char>(0x80), static_cast<char>(next)};
      for (std::size_t length = 1; length <= 4; ++length) OfTitle({bytes, length});
    }
  }
}

// Artifacts hold weights by bucket: a change here silently breaks every one that was published.
TEST(ContentFeaturesTest, HashesNeverChange) {
  ContentFeatures features;
  features.title = "Safety 安全";
  features.topics = {"law"};
  features.publisher = "press";
  const std::vector<std::pair<std::uint32_t, float>> right = {{16654, 1}, {32809, 1}, {35473, 1},
                                                              {50197, 1}, {60324, 1}, {62311, 1}};
  EXPECT_EQ(HashFeatures(features, 65536), right);
}

}  // namespace
}  // namespace cofilter::models
