// UTF-8 checks, by simdjson where speed matters.
#include "data/utf8_text.h"

#include <algorithm>

#include "simdjson.h"

namespace cofilter::data {

bool IsValidUtf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    std::size_t length = 1;
    for (; length <= 4 && length <= text.size(); ++length) {
      if (IsValidUtf8(text.substr(0, length))) break;
    }
    if (length <= 4 && length <= text.size()) {
      valid += text.substr(0, length);
      text.remove_prefix(length);
    } else {
      valid += "\xef\xbf\xbd";
      text.remove_prefix(1);
    }
  }
  return valid;
}

std::string_view CutUtf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t length = max_bytes;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
  return text.substr(0, length);
}

}  // namespace cofilter::data
