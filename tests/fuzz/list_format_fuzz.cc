// Any bytes as a line of the list format.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/list_format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cofilter::data;
  const std::string_view line(reinterpret_cast<const char*>(bytes), size);
  ListLine parsed;
  (void)ParseListLine(line, /*counted=*/true, parsed).ok();
  if (!ParseListLine(line, /*counted=*/false, parsed).ok() || parsed.items.empty()) return 0;
  Event event;
  MakeListEvent(parsed.member, parsed.items.back(), parsed.items.size(), {}, event);
  if (!ValidateEvent(event).ok()) std::abort();
  return 0;
}
