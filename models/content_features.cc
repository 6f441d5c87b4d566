// Text to hashed features, with a UTF-8 decoder that skips what is broken.
#include "models/content_features.h"

#include <algorithm>
#include <initializer_list>

namespace cofilter::models {
namespace {

// The kinds of feature, salted apart. Part of the artifact's format: never renumber.
enum class Kind : std::uint64_t {
  kWord = 1,
  kWordPair = 2,
  kCharacter = 3,
  kBigram = 4,
  kTopic = 5,
  kPublisher = 6,
  kPart = 7,
};

constexpr char32_t kBroken = 0xffffffff;

// Takes one code point off the front of the text, which is not empty; a byte that begins no valid
// sequence (overlong forms, surrogates and values past U+10FFFF included) is taken alone and gives
// kBroken.
char32_t TakeCodePoint(std::string_view* text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>((*text)[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  char32_t code = length == 1 ? lead : length == 0 ? kBroken : lead & (0xff >> (length + 1));
  if (length > text->size()) code = kBroken;
  for (std::size_t i = 1; i < length && code != kBroken; ++i) {
    code = (byte(i) & 0xc0) == 0x80 ? (code << 6) | (byte(i) & 0x3f) : kBroken;
  }
  if (length == 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) code = kBroken;
  if (length == 4 && (code < 0x10000 || code > 0x10ffff)) code = kBroken;
  text->remove_prefix(code == kBroken ? 1 : length);
  return code;
}

// Scripts written without spaces: each character is a feature of its own.
bool IsIdeograph(char32_t c) {
  return (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) ||
         (c >= 0x3040 && c <= 0x30ff);
}

// Full-width forms to ASCII; upper case to lower in ASCII, Latin, Greek and Cyrillic.
char32_t Fold(char32_t c) {
  if (c >= 0xff01 && c <= 0xff5e) c -= 0xfee0;
  if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7)) return c + 0x20;
  if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f)) return c + 0x20;
  if (c >= 0x400 && c <= 0x40f) return c + 0x50;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177)) return c | 1;
  return c;
}

// After Fold: letters and digits.
bool IsWordCharacter(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  if (c < 0xc0) return c == 0xaa || c == 0xb5 || c == 0xba;
  if (c == 0xd7 || c == 0xf7 || c == kBroken) return false;
  // General punctuation to symbols, CJK punctuation, private use, full-width forms.
  return !(c >= 0x2000 && c <= 0x2bff) && !(c >= 0x3000 && c <= 0x303f) &&
         !(c >= 0xe000 && c <= 0xf8ff) && c < 0xfe00;
}

// FNV-1a over the kind and the code points, mixed at the end. Part of the artifact's format.
class FeatureHash {
 public:
  explicit FeatureHash(Kind kind) { Add(static_cast<std::uint64_t>(kind)); }

  void Add(std::uint64_t value) {
    for (int shift = 0; shift < 32; shift += 8) {
      state_ = (state_ ^ ((value >> shift) & 0xff)) * 0x100000001b3u;
    }
  }
  std::uint32_t Bucket(std::uint32_t buckets) const {
    std::uint64_t h = state_;
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
    return static_cast<std::uint32_t>((h ^ (h >> 33)) % buckets);
  }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325u;
};

class FeatureCounter {
 public:
  FeatureCounter(std::uint32_t buckets, Characters characters, bool with_parts)
      : buckets_(buckets), single_(characters == Characters::kAll), with_parts_(with_parts) {}

  // Words, pairs of neighbouring words, characters, pairs of neighbouring characters.
  void AddText(std::string_view text) {
    std::u32string word, previous_word;
    char32_t previous = 0;
    const auto end_word = [&] {
      if (word.empty()) return;
      AddWords(Kind::kWord, {word});
      if (with_parts_) AddParts(word);
      if (!previous_word.empty()) AddWords(Kind::kWordPair, {previous_word, word});
      previous_word.swap(word);
      word.clear();
    };
    while (!text.empty()) {
      const char32_t c = Fold(TakeCodePoint(&text));
      if (c == kBroken) continue;
      if (IsIdeograph(c)) {
        end_word();
        previous_word.clear();
        if (single_) AddCharacters(Kind::kCharacter, {c});
        if (previous != 0) AddCharacters(Kind::kBigram, {previous, c});
        previous = c;
        continue;
      }
      previous = 0;
      if (IsWordCharacter(c)) {
        word.push_back(c);
      } else {
        end_word();
      }
    }
    end_word();
  }

  // A label as a whole, in folded case.
  void AddLabel(Kind kind, std::string_view label) {
    FeatureHash hash(kind);
    bool empty = true;
    while (!label.empty()) {
      const char32_t c = TakeCodePoint(&label);
      if (c == kBroken) continue;
      hash.Add(Fold(c));
      empty = false;
    }
    if (empty) return;
    Add(hash, kind == Kind::kTopic ? FeatureGroup::kTopic : FeatureGroup::kPublisher);
  }

  // A topic taken apart: its letters and digits without what separates them.
  void AddTopicParts(std::string_view topic) {
    std::u32string joined;
    char32_t previous = 0;
    while (!topic.empty()) {
      const char32_t c = Fold(TakeCodePoint(&topic));
      if (IsIdeograph(c)) {
        if (previous != 0) AddCharacters(Kind::kBigram, {previous, c}, FeatureGroup::kPart);
        previous = c;
      } else if (c != kBroken && IsWordCharacter(c)) {
        joined.push_back(c);
      }
    }
    if (!joined.empty()) AddParts(joined);
  }

  std::vector<HashedFeature> Counts() {
    std::sort(found_.begin(), found_.end());
    std::vector<HashedFeature> counts;
    for (const auto& [bucket, group] : found_) {
      if (counts.empty() || counts.back().bucket != bucket || counts.back().group != group) {
        counts.push_back({bucket, group, 0});
      }
      counts.back().count += 1;
    }
    return counts;
  }

 private:
  void AddWords(Kind kind, std::initializer_list<std::u32string_view> words) {
    FeatureHash hash(kind);
    for (const std::u32string_view word : words) {
      for (const char32_t c : word) hash.Add(c);
      hash.Add(' ');
    }
    Add(hash, FeatureGroup::kText);
  }

  void AddCharacters(Kind kind, std::initializer_list<char32_t> characters,
                     FeatureGroup group = FeatureGroup::kText) {
    FeatureHash hash(kind);
    for (const char32_t c : characters) hash.Add(c);
    Add(hash, group);
  }

  // Every run of four characters of ^word$; a shorter one as a whole.
  void AddParts(std::u32string_view word) {
    constexpr std::size_t kRun = 4;
    std::u32string marked;
    marked.reserve(word.size() + 2);
    marked.push_back(U'^');
    marked.append(word);
    marked.push_back(U'$');
    for (std::size_t at = 0; at == 0 || at + kRun <= marked.size(); ++at) {
      FeatureHash hash(Kind::kPart);
      for (const char32_t c : std::u32string_view(marked).substr(at, kRun)) hash.Add(c);
      Add(hash, FeatureGroup::kPart);
    }
  }

  void Add(const FeatureHash& hash, FeatureGroup group) {
    found_.emplace_back(hash.Bucket(buckets_), group);
  }

  const std::uint32_t buckets_;
  const bool single_;
  const bool with_parts_;
  std::vector<std::pair<std::uint32_t, FeatureGroup>> found_;
};

std::vector<HashedFeature> Count(const ContentFeatures& features, std::uint32_t buckets,
                                 Characters characters, bool with_parts) {
  if (buckets == 0) return {};
  FeatureCounter counter(buckets, characters, with_parts);
  counter.AddText(features.title);
  counter.AddText(features.summary);
  for (const std::string_view topic : features.topics) {
    counter.AddLabel(Kind::kTopic, topic);
    if (with_parts) counter.AddTopicParts(topic);
  }
  counter.AddLabel(Kind::kPublisher, features.publisher);
  return counter.Counts();
}

}  // namespace

std::vector<std::pair<std::uint32_t, float>> HashFeatures(const ContentFeatures& features,
                                                          std::uint32_t buckets,
                                                          Characters characters) {
  std::vector<std::pair<std::uint32_t, float>> counts;
  for (const HashedFeature& feature : Count(features, buckets, characters, /*with_parts=*/false)) {
    // Groups that fall into one bucket are one feature here.
    if (counts.empty() || counts.back().first != feature.bucket) {
      counts.emplace_back(feature.bucket, 0.0f);
    }
    counts.back().second += feature.count;
  }
  return counts;
}

std::vector<HashedFeature> HashFeatureGroups(const ContentFeatures& features,
                                             std::uint32_t buckets) {
  return Count(features, buckets, Characters::kAll, /*with_parts=*/true);
}

}  // namespace cofilter::models
