// The table, and the guess.
#include "data/import/import_format.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace cofilter::data {
namespace {

// Looked up by functions: the constants may be initialised after this file's.
const std::array<ImportFormat, 10>& Formats() {
  static const std::array<ImportFormat, 10> formats = {
      kXapiFormat,    kSegmentFormat, kGorseFormat, kPersonalizeFormat, kMindFormat,
      kOwnJsonFormat, kOwnCsvFormat,  kListFormat,  kTableFormat,       kMappingFormat};
  return formats;
}

}  // namespace

std::span<const ImportFormat> ImportFormats() { return Formats(); }

const ImportFormat* FindImportFormat(std::string_view name) {
  for (const ImportFormat& format : Formats()) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

std::string ImportFormatNames() {
  std::string names;
  for (const ImportFormat& format : Formats()) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", std::string(format.name));
  }
  return names;
}

FormatGuess GuessFormat(std::span<const std::string> lines) {
  if (lines.empty()) return {};
  for (const ImportFormat& format : Formats()) {
    if (format.looks_like == nullptr) continue;
    if (const RecordKind kind = format.looks_like(lines); kind != RecordKind::kUnknown) {
      return {.format = &format, .kind = kind};
    }
  }
  return {};
}

}  // namespace cofilter::data
