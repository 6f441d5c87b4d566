// Digests: SHA-256 for what is published and compared, XXH3 for what is checked at every load.
#ifndef COFILTER_RUNTIME_DIGEST_H_
#define COFILTER_RUNTIME_DIGEST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cofilter::runtime {

using Sha256Digest = std::array<std::uint8_t, 32>;

Sha256Digest Sha256(std::span<const std::byte> bytes);
Sha256Digest Sha256(std::string_view text);
// Lower-case hexadecimal.
std::string Hex(std::span<const std::uint8_t> bytes);

// XXH3, 64 bits: fast (memory speed), not for hostile input.
std::uint64_t FastChecksum(std::span<const std::byte> bytes);

// A random UUID, version 4, lower case, from the system's random source.
std::string RandomUuid();

}  // namespace cofilter::runtime

#endif  // COFILTER_RUNTIME_DIGEST_H_
