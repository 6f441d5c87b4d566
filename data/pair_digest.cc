// Sums of 128-bit hashes.
#include "data/pair_digest.h"

#include <xxhash.h>

#include <charconv>

#include "absl/strings/str_cat.h"

namespace cofilter::data {

PairDigest PairDigest::Of(const Dataset& dataset) {
  PairDigest digest;
  for (std::size_t member = 0; member < dataset.members(); ++member) {
    for (const Interaction& interaction : dataset.of(member)) {
      digest.Add(dataset.member_ids[member], dataset.item_ids[interaction.item]);
    }
  }
  return digest;
}

void PairDigest::Add(std::string_view member_id, std::string_view item_id) {
  // The length keeps "a" with "bc" apart from "ab" with "c".
  thread_local std::string text;
  text.clear();
  absl::StrAppend(&text, member_id.size(), ":");
  text.append(member_id).append(item_id);
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  low_ += hash.low64;
  high_ += hash.high64 + (low_ < hash.low64 ? 1 : 0);
}

PairDigest PairDigest::Without(const PairDigest& other) const {
  PairDigest rest;
  rest.low_ = low_ - other.low_;
  rest.high_ = high_ - other.high_ - (low_ < other.low_ ? 1 : 0);
  return rest;
}

std::string PairDigest::Hex() const {
  return absl::StrCat(absl::Hex(high_, absl::kZeroPad16), absl::Hex(low_, absl::kZeroPad16));
}

std::optional<PairDigest> PairDigest::FromHex(std::string_view text) {
  if (text.size() != 32 || text.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return std::nullopt;
  }
  PairDigest digest;
  std::from_chars(text.data(), text.data() + 16, digest.high_, 16);
  std::from_chars(text.data() + 16, text.data() + 32, digest.low_, 16);
  return digest;
}

}  // namespace cofilter::data
