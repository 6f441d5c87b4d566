// One short number for a set of interactions: tells whether a model was trained on this very set.
#ifndef COFILTER_DATA_PAIR_DIGEST_H_
#define COFILTER_DATA_PAIR_DIGEST_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/dataset.h"

namespace cofilter::data {

// The sum, modulo 2^128, of a hash of each pair: the order of members, items and rows does not
// matter, and weights and times do not count. It guards against mistakes, not against forgery, and
// says of no pair whether it is in.
class PairDigest {
 public:
  PairDigest() = default;
  static PairDigest Of(const Dataset& dataset);

  void Add(std::string_view member_id, std::string_view item_id);
  // What the pairs of this have beyond those of `other`, where those are among them.
  PairDigest Without(const PairDigest& other) const;

  // 32 hexadecimal digits, lower case.
  std::string Hex() const;
  // nullopt for any other text.
  static std::optional<PairDigest> FromHex(std::string_view text);

  bool operator==(const PairDigest&) const = default;

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_PAIR_DIGEST_H_
