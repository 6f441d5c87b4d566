// Whether text is valid UTF-8, and how to show it when it is not.
#ifndef COFILTER_DATA_UTF8_TEXT_H_
#define COFILTER_DATA_UTF8_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace cofilter::data {

bool IsValidUtf8(std::string_view text);

// Each byte that is no part of a valid character becomes U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view text);

// At most max_bytes of the text, not ending in the middle of a character.
std::string_view CutUtf8(std::string_view text, std::size_t max_bytes);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_UTF8_TEXT_H_
