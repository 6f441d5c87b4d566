// The two there are.
#include "data/export/foreign_format.h"

namespace cofilter::data {

const ForeignFormat* FindForeignFormat(std::string_view name) {
  for (const ForeignFormat* format : {&kPersonalizeLines, &kGorseLines}) {
    if (format->name == name) return format;
  }
  return nullptr;
}

}  // namespace cofilter::data
