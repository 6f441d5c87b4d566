// Any bytes as track calls.
#include "tests/fuzz/import_reader_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cofilter::data;
  FuzzReader(kSegmentFormat, {}, {reinterpret_cast<const char*>(bytes), size});
  return 0;
}
