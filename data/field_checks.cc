// Shared checks of text fields.
#include "data/field_checks.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "data/utf8_text.h"

namespace cofilter::data {
namespace {

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

bool IsPrintableAscii(std::string_view text) {
  unsigned bad = 0;
  for (const char c : text)
    bad |= static_cast<unsigned>(c < 0x20) | static_cast<unsigned>(c == 0x7f);
  return bad == 0;
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

std::string ShowValue(std::string_view value) {
  const std::string_view shown = CutUtf8(value, 60);
  return absl::StrCat(
      "\"",
      IsValidUtf8(shown) ? absl::Utf8SafeCHexEscape(Absl(shown)) : absl::CHexEscape(Absl(shown)),
      shown.size() < value.size() ? "…\"" : "\"");
}

absl::Status FieldError(std::string_view field, std::string_view value, std::string_view right) {
  return absl::InvalidArgumentError(
      absl::StrCat(Absl(field), " ", ShowValue(value), " is wrong; right: ", Absl(right)));
}

absl::Status ValidateText(std::string_view field, std::string_view text, std::size_t max_bytes) {
  if (text.empty()) return absl::OkStatus();
  if (text.size() > max_bytes) {
    return FieldError(field, text, absl::StrCat("at most ", max_bytes, " bytes"));
  }
  // Nearly every id is plain ASCII; one loop that the compiler vectorises settles those.
  if (IsPrintableAscii(text)) return absl::OkStatus();
  if (!IsValidUtf8(text)) return FieldError(field, text, "valid UTF-8");
  if (HasControlCharacter(text)) return FieldError(field, text, "no control characters");
  return absl::OkStatus();
}

absl::Status ValidateOrgUnit(std::string_view field, std::string_view path) {
  constexpr std::string_view kRight = "a path such as \"/hq/research\"";
  if (absl::Status status = ValidateText(field, path, kMaxTextBytes); !status.ok()) return status;
  if (path.empty() || path == "/") return absl::OkStatus();
  if (path.front() != '/' || path.back() == '/' || path.find("//") != std::string_view::npos) {
    return FieldError(field, path, kRight);
  }
  return absl::OkStatus();
}

}  // namespace cofilter::data
