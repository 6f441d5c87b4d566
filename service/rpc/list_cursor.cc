// Token: base64 of position and checksum, sixteen bytes.
#include "service/rpc/list_cursor.h"

#include <cstring>
#include <span>

#include "absl/strings/escaping.h"
#include "data/field_checks.h"
#include "runtime/digest.h"

namespace cofilter::service {
namespace {

std::uint64_t Checksum(std::uint64_t position, std::string_view filters) {
  std::string bound(filters);
  bound.append(reinterpret_cast<const char*>(&position), sizeof(position));
  return runtime::FastChecksum(std::as_bytes(std::span(bound)));
}

}  // namespace

std::string MakeListCursor(std::uint64_t position, std::string_view filters) {
  const std::uint64_t words[2] = {position, Checksum(position, filters)};
  char bytes[sizeof(words)];
  std::memcpy(bytes, words, sizeof(words));
  return absl::WebSafeBase64Escape(absl::string_view(bytes, sizeof(bytes)));
}

absl::StatusOr<std::uint64_t> ReadListCursor(std::string_view token, std::string_view filters,
                                             std::uint64_t first) {
  if (token.empty()) return first;
  std::string bytes;
  std::uint64_t words[2];
  if (absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &bytes) &&
      bytes.size() == sizeof(words)) {
    std::memcpy(words, bytes.data(), sizeof(words));
    if (words[1] == Checksum(words[0], filters)) return words[0];
  }
  return data::FieldError("page_token", token,
                          "the next_page_token of an answer to the same filters");
}

}  // namespace cofilter::service
