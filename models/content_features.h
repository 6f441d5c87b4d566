// An item's text as features: title n-grams, topics and publisher, hashed into buckets.
#ifndef COFILTER_MODELS_CONTENT_FEATURES_H_
#define COFILTER_MODELS_CONTENT_FEATURES_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofilter::models {

// What the content map looks at.
struct ContentFeatures {
  std::string_view title;
  std::string_view summary;
  std::vector<std::string_view> topics;
  std::string_view publisher;
};

// Feature version 1. Bucket → count, by rising bucket. Title and summary: words of Latin script
// (lower case) and their pairs, single characters and bigrams of Chinese; each kind of feature is
// salted apart. Invalid UTF-8 bytes are skipped.
// Without single characters what is left tells topics apart: a character alone is in every title.
enum class Characters : std::uint8_t { kAll, kPairsOnly };
std::vector<std::pair<std::uint32_t, float>> HashFeatures(const ContentFeatures& features,
                                                          std::uint32_t buckets,
                                                          Characters characters = Characters::kAll);

// What a feature comes from; a weight each.
enum class FeatureGroup : std::uint8_t { kText = 0, kTopic = 1, kPublisher = 2, kPart = 3 };
using FeatureWeights = std::array<double, 4>;  // by group

struct HashedFeature {
  std::uint32_t bucket = 0;
  FeatureGroup group = FeatureGroup::kText;
  float count = 0;
};

// Feature version 2: the features of version 1, and parts of words that bring inflected and joined
// forms together and titles to topics: runs of four letters of each word of title and summary (with
// marks at its ends) and of each topic with its separators taken out, bigrams of Chinese topics. By
// rising bucket, then group.
std::vector<HashedFeature> HashFeatureGroups(const ContentFeatures& features,
                                             std::uint32_t buckets);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_CONTENT_FEATURES_H_
