// The structures of <name>.operator as they lie in the file, little-endian.
#ifndef COFILTER_MODELS_OPERATOR_FILE_LAYOUT_H_
#define COFILTER_MODELS_OPERATOR_FILE_LAYOUT_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cofilter::models {

static_assert(std::endian::native == std::endian::little, "files are mapped as they are");

inline constexpr std::array<char, 8> kOperatorMagic = {'C', 'O', 'F', 'I', 'L', 'T', 'O', 'P'};
inline constexpr std::uint32_t kEndianMark = 0x0a0b0c0d;
inline constexpr std::uint64_t kSectionAlignment = 64;
inline constexpr std::uint32_t kMaxSections = 64;

// Stored: never renumber.
enum class ElementType : std::uint32_t { kUint8 = 1, kUint32 = 2, kUint64 = 3, kFloat32 = 4 };

// 0 for a type that there is not.
constexpr std::uint64_t ElementSize(ElementType type) {
  switch (type) {
    case ElementType::kUint8:
      return 1;
    case ElementType::kUint32:
      return 4;
    case ElementType::kUint64:
      return 8;
    case ElementType::kFloat32:
      return 4;
  }
  return 0;
}

struct OperatorFileHeader {
  std::array<char, 8> magic;
  std::uint32_t format_version;
  std::uint32_t endian_mark;
  std::uint64_t file_bytes;
  std::uint32_t sections;
  std::uint32_t dim;
  std::uint64_t members;
  std::uint64_t interactions;
  std::uint32_t buckets;
  std::uint32_t reserved;  // 0
  std::uint64_t checksum;  // XXH3 of header and table, with this field 0
};
static_assert(sizeof(OperatorFileHeader) == 64);

struct SectionEntry {
  std::array<char, 16> name;  // padded with zeros
  ElementType type;
  std::uint32_t reserved;  // 0
  std::uint64_t rows;
  std::uint64_t columns;   // 1 for a vector
  std::uint64_t offset;    // from the start of the file
  std::uint64_t bytes;     // rows · columns · element size
  std::uint64_t checksum;  // XXH3 of the section
};
static_assert(sizeof(SectionEntry) == 64);

constexpr std::uint64_t AlignSection(std::uint64_t position) {
  return (position + kSectionAlignment - 1) / kSectionAlignment * kSectionAlignment;
}

std::uint64_t HeaderChecksum(const OperatorFileHeader& header, std::span<const SectionEntry> table);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_OPERATOR_FILE_LAYOUT_H_
