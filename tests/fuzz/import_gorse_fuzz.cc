// Any bytes as Gorse lines.
#include "tests/fuzz/import_reader_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cofilter::data;
  FuzzReader(kGorseFormat, {}, {reinterpret_cast<const char*>(bytes), size});
  return 0;
}
