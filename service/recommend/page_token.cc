// Keys as rising differences, a checksum over them and whom they are for.
#include "service/recommend/page_token.h"

#include <algorithm>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "data/field_checks.h"
#include "runtime/digest.h"
#include "service/recommend/byte_record.h"

namespace cofilter::service {
namespace {

constexpr std::uint8_t kVersion = 1;

// Not against a caller who wants to deceive, but against mix-ups: whoever uses the keys must bear
// any that could be made up.
std::uint64_t Checksum(std::string_view organisation, std::string_view member_id,
                       std::string_view surface, std::span<const ItemKey> rising) {
  ByteWriter bound;
  bound.Text(organisation);
  bound.Text(member_id);
  bound.Text(surface);
  for (const ItemKey key : rising) bound.Count(key);
  return runtime::FastChecksum(std::as_bytes(std::span(bound.bytes())));
}

absl::Status BadToken(std::string_view token, std::string_view right) {
  return data::FieldError("page_token", token, right);
}

}  // namespace

std::string EncodePageToken(std::string_view organisation, std::string_view member_id,
                            std::string_view surface, std::span<const ItemKey> listed) {
  std::vector<ItemKey> rising(listed.begin(), listed.end());
  std::sort(rising.begin(), rising.end());
  ByteWriter token;
  token.Byte(kVersion);
  token.Count(Checksum(organisation, member_id, surface, rising));
  token.Count(rising.size());
  ItemKey before = 0;
  for (const ItemKey key : rising) {
    token.Count(key - before);
    before = key;
  }
  std::string text;
  absl::WebSafeBase64Escape(absl::string_view(token.bytes().data(), token.bytes().size()), &text);
  return text;
}

absl::StatusOr<std::vector<ItemKey>> DecodePageToken(std::string_view organisation,
                                                     std::string_view member_id,
                                                     std::string_view surface,
                                                     std::string_view token) {
  constexpr std::string_view kDamaged = "a next_page_token, as it was returned";
  if (token.size() > kMaxPageTokenBytes) return BadToken(token, kDamaged);
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &bytes)) {
    return BadToken(token, kDamaged);
  }
  ByteReader reader(bytes);
  if (reader.Byte() != kVersion) return BadToken(token, kDamaged);
  const std::uint64_t checksum = reader.Count();
  const std::uint64_t count = reader.Count();
  if (!reader.ok() || count == 0 || count > kMaxListed) return BadToken(token, kDamaged);
  std::vector<ItemKey> rising;
  rising.reserve(count);
  std::uint64_t key = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t step = reader.Count();
    key += step;
    if (!reader.ok() || step == 0 || step > std::numeric_limits<ItemKey>::max() ||
        key > std::numeric_limits<ItemKey>::max()) {
      return BadToken(token, kDamaged);
    }
    rising.push_back(static_cast<ItemKey>(key));
  }
  if (reader.left() != 0) return BadToken(token, kDamaged);
  if (Checksum(organisation, member_id, surface, rising) != checksum) {
    return BadToken(token, "a next_page_token of a list for the same member and surface");
  }
  return rising;
}

}  // namespace cofilter::service
