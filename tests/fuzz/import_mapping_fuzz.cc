// Any bytes as a mapping file, the lines that it is for, and the lines that a mapping is drafted
// from; a NUL byte parts the two.
#include "data/import/mapping.h"
#include "tests/fuzz/import_reader_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cofilter::data;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t end = std::min(text.find('\0'), text.size());
  const std::string_view lines = text.substr(std::min(end + 1, text.size()));
  ReaderOptions options;
  options.mapping = std::string(text.substr(0, end));
  FuzzReader(kMappingFormat, options, lines);
  // Whatever a draft says, it must be a mapping file.
  const std::size_t first = std::min(lines.find('\n'), lines.size());
  const auto draft = DraftMapping({std::string(lines.substr(0, first)),
                                   std::string(lines.substr(std::min(first + 1, lines.size())))});
  if (draft.ok() && !Mapping::Parse(*draft).ok() && draft->find("= \"?\"") == std::string::npos)
    std::abort();
  return 0;
}
