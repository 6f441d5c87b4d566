// Writes <name>.operator.
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "models/artifact.h"
#include "models/operator_file.h"
#include "models/operator_file_layout.h"
#include "runtime/digest.h"
#include "runtime/errno_text.h"

namespace cofilter::models {
namespace {

struct Section {
  SectionEntry entry;
  std::span<const std::byte> bytes;
};

template <typename Number>
constexpr ElementType TypeOf() {
  if constexpr (sizeof(Number) == 1) return ElementType::kUint8;
  if constexpr (sizeof(Number) == 8) return ElementType::kUint64;
  return std::is_floating_point_v<Number> ? ElementType::kFloat32 : ElementType::kUint32;
}

// Lays sections out one after the other.
class Layout {
 public:
  template <typename Number>
  void Add(std::string_view name, std::span<const Number> numbers, std::uint64_t columns = 1) {
    Section section{};
    std::memcpy(section.entry.name.data(), name.data(), name.size());
    section.entry.type = TypeOf<Number>();
    section.entry.rows = columns > 0 ? numbers.size() / columns : 0;
    section.entry.columns = columns;
    section.bytes = std::as_bytes(numbers);
    section.entry.bytes = section.bytes.size();
    section.entry.checksum = runtime::FastChecksum(section.bytes);
    sections_.push_back(section);
  }

  // Fills in the offsets; returns where the file ends.
  std::uint64_t Place() {
    std::uint64_t position = sizeof(OperatorFileHeader) + sections_.size() * sizeof(SectionEntry);
    for (Section& section : sections_) {
      section.entry.offset = position;
      position = AlignSection(position + section.entry.bytes);
    }
    return position;
  }

  const std::vector<Section>& sections() const { return sections_; }

 private:
  std::vector<Section> sections_;
};

void WriteBytes(std::ofstream* file, std::span<const std::byte> bytes) {
  file->write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

std::uint64_t HeaderChecksum(const OperatorFileHeader& header,
                             std::span<const SectionEntry> table) {
  OperatorFileHeader without = header;
  without.checksum = 0;
  std::vector<std::byte> bytes(sizeof without + table.size_bytes());
  std::memcpy(bytes.data(), &without, sizeof without);
  if (!table.empty()) std::memcpy(bytes.data() + sizeof without, table.data(), table.size_bytes());
  return runtime::FastChecksum(bytes);
}

absl::Status WriteOperatorFile(const std::string& path, const OperatorViews& views) {
  Layout layout;
  layout.Add("ids.offsets", views.id_offsets);
  layout.Add("ids.bytes", std::span<const char>(views.id_bytes));
  layout.Add("degrees", views.degrees);
  layout.Add("trend", views.trend);
  for (std::size_t b = 0; b < views.lists.size(); ++b) {
    layout.Add(absl::StrCat("list", b, ".offsets"), views.lists[b].offsets);
    layout.Add(absl::StrCat("list", b, ".targets"), views.lists[b].targets);
    layout.Add(absl::StrCat("list", b, ".values"), views.lists[b].values);
  }
  layout.Add("embeddings", views.embeddings, views.dim);
  layout.Add("content.idf", views.content.idf);
  const ContentRelationView& relation = views.relation;
  layout.Add("content.map", views.content.map, views.dim);
  if (!relation.empty()) {
    layout.Add("relation.offs", relation.offsets);
    layout.Add("relation.bucket", relation.buckets);
    layout.Add("relation.value", relation.values);
    layout.Add("near.offsets", relation.near.offsets);
    layout.Add("near.targets", relation.near.targets);
    layout.Add("near.values", relation.near.values);
  }

  OperatorFileHeader header{};
  header.magic = kOperatorMagic;
  header.format_version = kArtifactFormatVersion;
  header.endian_mark = kEndianMark;
  header.file_bytes = layout.Place();
  header.sections = static_cast<std::uint32_t>(layout.sections().size());
  header.dim = views.dim;
  header.members = views.members;
  header.interactions = views.interactions;
  header.buckets = views.content.buckets;
  std::vector<SectionEntry> table;
  for (const Section& section : layout.sections()) table.push_back(section.entry);
  header.checksum = HeaderChecksum(header, table);

  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  WriteBytes(&file, std::as_bytes(std::span(&header, 1)));
  WriteBytes(&file, std::as_bytes(std::span(table)));
  static constexpr std::byte kPadding[kSectionAlignment] = {};
  for (const Section& section : layout.sections()) {
    WriteBytes(&file, section.bytes);
    WriteBytes(&file,
               std::span(kPadding).first(AlignSection(section.entry.bytes) - section.entry.bytes));
  }
  file.close();
  if (!file.good()) {
    return absl::InternalError(
        absl::StrCat("cannot write ", path, ": ", runtime::ErrnoText(errno)));
  }
  return absl::OkStatus();
}

}  // namespace cofilter::models
