// Digests by OpenSSL and xxHash.
#include "runtime/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <xxhash.h>

#include <cstdlib>
#include <memory>

namespace cofilter::runtime {

Sha256Digest Sha256(std::span<const std::byte> bytes) {
  // Looking the algorithm up costs OpenSSL 3 more than hashing a short text, so it is done once a
  // thread.
  struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Sha256Digest digest;
  // It can fail only without memory or with a broken OpenSSL; a wrong digest must never get out.
  if (context == nullptr || algorithm == nullptr ||
      EVP_DigestInit_ex(context.get(), algorithm, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
    std::abort();
  }
  return digest;
}

Sha256Digest Sha256(std::string_view text) { return Sha256(std::as_bytes(std::span(text))); }

std::string Hex(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::uint64_t FastChecksum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::string RandomUuid() {
  std::array<std::uint8_t, 16> bytes;
  // Without randomness no id would be unique; going on would corrupt what relies on it.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string text = Hex(bytes);
  for (const std::size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
  return text;
}

}  // namespace cofilter::runtime
