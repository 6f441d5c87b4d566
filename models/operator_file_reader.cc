// Reads <name>.operator; hostile until checked.
#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "models/artifact.h"
#include "models/operator_file.h"
#include "models/operator_file_layout.h"
#include "runtime/digest.h"
#include "runtime/status_macros.h"

namespace cofilter::models {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::string_view kRelationSection = "relation.offs";

bool AllZero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

absl::StatusOr<OperatorFileHeader> ReadHeader(Bytes bytes) {
  OperatorFileHeader header;
  if (bytes.size() < sizeof header) {
    return absl::DataLossError(
        absl::StrCat("is ", bytes.size(), " bytes long, shorter than its header"));
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kOperatorMagic) return absl::DataLossError("does not begin with COFILTOP");
  if (header.endian_mark != kEndianMark) {
    return absl::DataLossError("has a wrong byte order mark; right: little-endian");
  }
  if (header.format_version > kArtifactFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat("has format version ", header.format_version,
                                                      "; this program reads up to version ",
                                                      kArtifactFormatVersion));
  }
  if (header.format_version < kOldestArtifactFormat) {
    return absl::DataLossError(absl::StrCat("has format version ", header.format_version,
                                            "; right: ", kOldestArtifactFormat, " to ",
                                            kArtifactFormatVersion));
  }
  if (header.file_bytes != bytes.size()) {
    return absl::DataLossError(
        absl::StrCat("is ", bytes.size(), " bytes long; its header says ", header.file_bytes));
  }
  if (header.sections > kMaxSections ||
      bytes.size() - sizeof header < header.sections * sizeof(SectionEntry)) {
    return absl::DataLossError(
        absl::StrCat("has a table of ", header.sections, " sections, which cannot be"));
  }
  return header;
}

// Takes the sections in the one order that there is, so that gaps and overlaps cannot be.
class SectionReader {
 public:
  SectionReader(Bytes file, std::vector<SectionEntry> table)
      : file_(file),
        table_(std::move(table)),
        position_(sizeof(OperatorFileHeader) + table_.size() * sizeof(SectionEntry)) {}

  // `rows` is nullopt where the section itself tells its length.
  template <typename Number>
  absl::Status Take(std::string_view name, ElementType type, std::uint64_t columns,
                    std::span<const Number>* out) {
    const auto fault = [&](std::string_view what) {
      return absl::DataLossError(
          absl::StrCat("section ", std::string(name), " ", std::string(what)));
    };
    if (next_ == table_.size()) return fault("is missing");
    const SectionEntry& entry = table_[next_++];
    std::array<char, 16> padded{};
    std::memcpy(padded.data(), name.data(), std::min(name.size(), padded.size()));
    if (entry.name != padded) return fault("is missing or out of order");
    if (entry.type != type || entry.reserved != 0) return fault("has a wrong element type");
    if (entry.columns != columns) return fault("has a wrong number of columns");
    if (entry.offset != position_) return fault("does not begin where the one before it ends");
    if (entry.bytes > file_.size() - position_) return fault("reaches past the end of the file");
    const std::uint64_t row_bytes = columns * sizeof(Number);
    const bool shape_holds =
        row_bytes == 0 ? entry.rows == 0 && entry.bytes == 0
                       : entry.rows <= std::numeric_limits<std::uint64_t>::max() / row_bytes &&
                             entry.rows * row_bytes == entry.bytes;
    if (!shape_holds) return fault("has a length that its shape does not give");
    const Bytes bytes = file_.subspan(position_, entry.bytes);
    if (runtime::FastChecksum(bytes) != entry.checksum) return fault("fails its checksum");
    const std::uint64_t end = AlignSection(position_ + entry.bytes);
    if (end > file_.size()) return fault("lacks its padding");
    if (!AllZero(file_.subspan(position_ + entry.bytes, end - position_ - entry.bytes))) {
      return fault("is followed by padding that is not 0");
    }
    position_ = end;
    *out = {reinterpret_cast<const Number*>(bytes.data()), entry.bytes / sizeof(Number)};
    return absl::OkStatus();
  }

  absl::Status Finish() const {
    if (next_ != table_.size()) return absl::DataLossError("has sections that it should not have");
    if (position_ != file_.size()) return absl::DataLossError("has bytes past its last section");
    return absl::OkStatus();
  }

  std::size_t left() const { return table_.size() - next_; }

 private:
  Bytes file_;
  std::vector<SectionEntry> table_;
  std::uint64_t position_;
  std::size_t next_ = 0;
};

}  // namespace

absl::StatusOr<OperatorViews> ReadOperatorFile(Bytes bytes) {
  COFILTER_ASSIGN_OR_RETURN(const OperatorFileHeader header, ReadHeader(bytes));
  std::vector<SectionEntry> table(header.sections);
  if (!table.empty()) {
    std::memcpy(table.data(), bytes.data() + sizeof header, table.size() * sizeof(SectionEntry));
  }
  if (HeaderChecksum(header, table) != header.checksum || header.reserved != 0) {
    return absl::DataLossError("has a header or table that fails its checksum");
  }

  OperatorViews views;
  views.dim = header.dim;
  views.members = header.members;
  views.interactions = header.interactions;
  views.content.buckets = header.buckets;
  // Four sections before the lists, three a list, three after them, six of a relation.
  const bool related = std::any_of(table.begin(), table.end(), [](const SectionEntry& entry) {
    return std::string_view(entry.name.data(), kRelationSection.size()) == kRelationSection;
  });
  const std::uint32_t beside = related ? 13 : 7;
  if (header.sections < beside || (header.sections - beside) % 3 != 0) {
    return absl::DataLossError(
        absl::StrCat("has ", header.sections, " sections; right: ", beside, " + 3 a list"));
  }
  views.lists.resize((header.sections - beside) / 3);

  SectionReader reader(bytes, std::move(table));
  std::span<const char> id_bytes;
  constexpr ElementType kFloat = ElementType::kFloat32;
  COFILTER_RETURN_IF_ERROR(reader.Take("ids.offsets", ElementType::kUint64, 1, &views.id_offsets));
  COFILTER_RETURN_IF_ERROR(reader.Take("ids.bytes", ElementType::kUint8, 1, &id_bytes));
  views.id_bytes = {id_bytes.data(), id_bytes.size()};
  COFILTER_RETURN_IF_ERROR(reader.Take("degrees", kFloat, 1, &views.degrees));
  COFILTER_RETURN_IF_ERROR(reader.Take("trend", kFloat, 1, &views.trend));
  for (std::size_t b = 0; b < views.lists.size(); ++b) {
    ListBlockView& list = views.lists[b];
    const std::string name = absl::StrCat("list", b);
    COFILTER_RETURN_IF_ERROR(
        reader.Take(name + ".offsets", ElementType::kUint64, 1, &list.offsets));
    COFILTER_RETURN_IF_ERROR(
        reader.Take(name + ".targets", ElementType::kUint32, 1, &list.targets));
    COFILTER_RETURN_IF_ERROR(reader.Take(name + ".values", kFloat, 1, &list.values));
  }
  COFILTER_RETURN_IF_ERROR(reader.Take("embeddings", kFloat, views.dim, &views.embeddings));
  COFILTER_RETURN_IF_ERROR(reader.Take("content.idf", kFloat, 1, &views.content.idf));
  COFILTER_RETURN_IF_ERROR(reader.Take("content.map", kFloat, views.dim, &views.content.map));
  if (related) {
    ContentRelationView& relation = views.relation;
    ListBlockView& near = relation.near;
    COFILTER_RETURN_IF_ERROR(
        reader.Take(kRelationSection, ElementType::kUint64, 1, &relation.offsets));
    COFILTER_RETURN_IF_ERROR(
        reader.Take("relation.bucket", ElementType::kUint32, 1, &relation.buckets));
    COFILTER_RETURN_IF_ERROR(reader.Take("relation.value", kFloat, 1, &relation.values));
    COFILTER_RETURN_IF_ERROR(reader.Take("near.offsets", ElementType::kUint64, 1, &near.offsets));
    COFILTER_RETURN_IF_ERROR(reader.Take("near.targets", ElementType::kUint32, 1, &near.targets));
    COFILTER_RETURN_IF_ERROR(reader.Take("near.values", kFloat, 1, &near.values));
  }
  COFILTER_RETURN_IF_ERROR(reader.Finish());
  return views;
}

}  // namespace cofilter::models
