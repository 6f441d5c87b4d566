// Small binary records: numbers and texts written one after the other, and read back with every
// bound checked.
#ifndef COFILTER_SERVICE_RECOMMEND_BYTE_RECORD_H_
#define COFILTER_SERVICE_RECOMMEND_BYTE_RECORD_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cofilter::service {

// Integers as LEB128 (seven bits a byte, lowest first), doubles as eight bytes little-endian, text
// after its length.
class ByteWriter {
 public:
  void Count(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }
  void Byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) bytes_.push_back(static_cast<char>(bits >> shift));
  }
  void Text(std::string_view text) {
    Count(text.size());
    bytes_.append(text);
  }
  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After a read past the end everything reads as 0 or empty, and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t Count() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = Byte();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return ok_ ? value : 0;
    }
    ok_ = false;
    return 0;
  }
  std::uint8_t Byte() {
    if (bytes_.empty()) ok_ = false;
    if (!ok_) return 0;
    const auto byte = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }
  double Real() {
    std::uint64_t bits = 0;
    for (int shift = 0; shift < 64; shift += 8) bits |= static_cast<std::uint64_t>(Byte()) << shift;
    return ok_ ? std::bit_cast<double>(bits) : 0;
  }
  std::string Text() {
    const std::uint64_t size = Count();
    if (size > bytes_.size()) ok_ = false;
    if (!ok_) return {};
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }
  bool ok() const { return ok_; }
  std::size_t left() const { return ok_ ? bytes_.size() : 0; }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_BYTE_RECORD_H_
