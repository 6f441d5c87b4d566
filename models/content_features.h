// An item's text as features: title n-grams, topics and publisher, hashed into buckets.
#ifndef COFILTER_MODELS_CONTENT_FEATURES_H_
#define COFILTER_MODELS_CONTENT_FEATURES_H_

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

// Bucket → count, by rising bucket. Title and summary: words of Latin script (lower case) and their
// pairs, single characters and bigrams of Chinese; each kind of feature is salted apart. Invalid
// UTF-8 bytes are skipped.
// Without single characters what is left tells topics apart: a character alone is in every title.
enum class Characters : std::uint8_t { kAll, kPairsOnly };
std::vector<std::pair<std::uint32_t, float>> HashFeatures(const ContentFeatures& features,
                                                          std::uint32_t buckets,
                                                          Characters characters = Characters::kAll);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_CONTENT_FEATURES_H_
