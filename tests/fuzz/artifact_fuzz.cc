// Any bytes as a manifest and as an operator file: refused or read, never a crash.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "models/artifact_manifest.h"
#include "models/operator_file.h"
#include "models/operator_file_layout.h"
#include "models/operator_views.h"
#include "runtime/digest.h"

namespace {

using cofilter::models::OperatorFileHeader;
using cofilter::models::SectionEntry;

// Makes the checksums right, so that the fuzzer gets past them to what they guard.
void MendChecksums(std::span<std::byte> file) {
  OperatorFileHeader header;
  if (file.size() < sizeof header) return;
  std::memcpy(&header, file.data(), sizeof header);
  header.file_bytes = file.size();
  const std::size_t room = (file.size() - sizeof header) / sizeof(SectionEntry);
  if (header.sections > room) return;
  std::vector<SectionEntry> table(header.sections);
  if (!table.empty()) {
    std::memcpy(table.data(), file.data() + sizeof header, table.size() * sizeof(SectionEntry));
  }
  for (SectionEntry& entry : table) {
    if (entry.offset > file.size() || entry.bytes > file.size() - entry.offset) continue;
    entry.checksum = cofilter::runtime::FastChecksum(file.subspan(entry.offset, entry.bytes));
  }
  header.checksum = cofilter::models::HeaderChecksum(header, table);
  std::memcpy(file.data(), &header, sizeof header);
  if (!table.empty()) {
    std::memcpy(file.data() + sizeof header, table.data(), table.size() * sizeof(SectionEntry));
  }
}

void ReadOperator(std::span<const std::byte> bytes) {
  auto views = cofilter::models::ReadOperatorFile(bytes);
  if (!views.ok()) return;
  views->name = "fuzzed";
  views->parameters.lists.resize(views->lists.size());
  views->parameters.global.weight = 1;
  (void)cofilter::models::CheckViews(*views);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)cofilter::models::ParseManifest({reinterpret_cast<const char*>(data), size});
  // 8-byte alignment, as a mapped file has; a file that is read as it is, and one with good
  // checksums.
  std::vector<std::uint64_t> aligned((size + 7) / 8);
  const std::span<std::byte> bytes = std::as_writable_bytes(std::span(aligned)).first(size);
  if (size > 0) std::memcpy(bytes.data(), data, size);
  ReadOperator(bytes);
  MendChecksums(bytes);
  ReadOperator(bytes);
  return 0;
}
