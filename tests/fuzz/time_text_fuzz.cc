// Any bytes as a time: refused, or a time that survives writing and reading.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/field_text.h"
#include "runtime/clock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cofilter;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  (void)data::ParseTimeField("occurred_at", text).ok();
  const absl::StatusOr<runtime::Time> time = runtime::ParseTime(text);
  if (!time.ok()) return 0;
  // An offset can carry the first and the last day out of the years that four digits write.
  if (*time < *runtime::ParseTime("0000-01-02T00:00:00Z") ||
      *time > *runtime::ParseTime("9999-12-30T00:00:00Z")) {
    return 0;
  }
  const absl::StatusOr<runtime::Time> again = runtime::ParseTime(runtime::FormatTime(*time));
  if (!again.ok() || *again != *time) std::abort();
  return 0;
}
