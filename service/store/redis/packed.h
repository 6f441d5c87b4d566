// Little-endian numbers in the bytes that scripts and program share.
#ifndef COFILTER_SERVICE_STORE_REDIS_PACKED_H_
#define COFILTER_SERVICE_STORE_REDIS_PACKED_H_

#include <bit>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace cofilter::service::redis {

// REQUIRES: at + sizeof(T) ≤ bytes.size().
template <typename T>
T Unpack(std::string_view bytes, std::size_t at) {
  static_assert(std::is_arithmetic_v<T> && std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <typename T>
void Pack(T value, std::string* bytes) {
  static_assert(std::is_arithmetic_v<T> && std::endian::native == std::endian::little);
  bytes->append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_PACKED_H_
