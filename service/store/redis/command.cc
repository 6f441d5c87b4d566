// Formats commands and finds the slots of keys.
#include "service/store/redis/command.h"

#include <hiredis/hiredis.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <new>

#include "runtime/digest.h"

namespace cofilter::service::redis {
namespace {

// CRC-16/XMODEM, which Redis Cluster's specification names: polynomial 0x1021, from 0.
constexpr std::array<std::uint16_t, 256> MakeCrcTable() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr std::array<std::uint16_t, 256> kCrcTable = MakeCrcTable();

std::uint16_t Crc16(std::string_view bytes) {
  unsigned crc = 0;
  for (const char c : bytes) {
    crc = ((crc << 8) ^ kCrcTable[((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xff]) & 0xffff;
  }
  return static_cast<std::uint16_t>(crc);
}

std::string Format(std::span<const std::string_view> arguments) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(arguments.size());
  sizes.reserve(arguments.size());
  for (const std::string_view argument : arguments) {
    texts.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  char* formatted = nullptr;
  const int size = redisFormatCommandArgv(&formatted, static_cast<int>(arguments.size()),
                                          texts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();  // its only failure
  std::string bytes(formatted, static_cast<std::size_t>(size));
  free(formatted);
  return bytes;
}

}  // namespace

std::uint16_t KeySlot(std::string_view key) {
  const std::size_t open = key.find('{');
  if (open != std::string_view::npos) {
    const std::size_t close = key.find('}', open + 1);
    if (close != std::string_view::npos && close > open + 1) {
      key = key.substr(open + 1, close - open - 1);
    }
  }
  return Crc16(key) % kSlotCount;
}

Script MakeScript(std::string text) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::string sha1 = runtime::Hex(std::span(digest).first(size));
  return {.text = std::move(text), .sha1 = std::move(sha1)};
}

Command MakeCommand(std::string_view key, std::span<const std::string_view> arguments) {
  return {.bytes = Format(arguments), .slot = KeySlot(key)};
}

Command MakeScriptCall(const Script& script, std::span<const std::string_view> keys,
                       std::span<const std::string_view> arguments) {
  const std::string count = std::to_string(keys.size());
  std::vector<std::string_view> all = {"EVALSHA", script.sha1, count};
  all.reserve(3 + keys.size() + arguments.size());
  all.insert(all.end(), keys.begin(), keys.end());
  all.insert(all.end(), arguments.begin(), arguments.end());
  return {.bytes = Format(all), .slot = KeySlot(keys.front()), .script = &script};
}

}  // namespace cofilter::service::redis
