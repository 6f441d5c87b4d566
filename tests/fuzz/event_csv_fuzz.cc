// Any bytes as a header and a line of CSV.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/record_csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cofilter::data;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  absl::StatusOr<CsvReader<Event>> reader = CsvReader<Event>::Create(text.substr(0, end));
  if (!reader.ok())
    reader = CsvReader<Event>::Create("member_id,item_id,verb,occurred_at,position,score");
  Event event;
  if (reader->Read(text.substr(std::min(end + 1, text.size())), event).ok() &&
      !ValidateEvent(event).ok()) {
    std::abort();
  }
  return 0;
}
