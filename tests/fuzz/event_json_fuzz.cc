// Any bytes as a JSON line: refused, or an event that is valid and survives writing and reading.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "data/record_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cofilter::data;
  static JsonReader<Event> reader;
  static JsonReader<Item> items;
  const std::string_view line(reinterpret_cast<const char*>(bytes), size);
  Item item;
  (void)items.Read(line, item).ok();
  Event event;
  if (!reader.Read(line, event).ok()) return 0;
  if (!ValidateEvent(event).ok()) std::abort();
  std::string written;
  AppendJson(event, written);
  Event again;
  if (!reader.Read(written, again).ok() || !(again == event)) std::abort();
  return 0;
}
