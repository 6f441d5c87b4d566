// A command as the bytes that go to Redis, with the slot that says which node it is for.
#ifndef COFILTER_SERVICE_STORE_REDIS_COMMAND_H_
#define COFILTER_SERVICE_STORE_REDIS_COMMAND_H_

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofilter::service::redis {

// A text that Redis runs, whole or not at all visible to others (service/store/redis/scripts.h).
struct Script {
  std::string text;
  std::string sha1;  // of the text, 40 hexadecimal digits
};
Script MakeScript(std::string text);

// Where a key lies in a cluster: CRC16 of the key, or of what stands between its first '{' and the
// next '}', modulo 16384.
std::uint16_t KeySlot(std::string_view key);
inline constexpr int kSlotCount = 16384;

struct Command {
  std::string bytes;
  std::uint16_t slot = 0;
  const Script* script = nullptr;  // loaded where it is missing; outlives the command
};

// By hiredis's formatter. `key`: routes the command; it is one of the arguments or a key that the
// script touches.
Command MakeCommand(std::string_view key, std::span<const std::string_view> arguments);
inline Command MakeCommand(std::string_view key,
                           std::initializer_list<std::string_view> arguments) {
  return MakeCommand(key, std::span(arguments.begin(), arguments.size()));
}
// keys: not empty, all of one slot.
Command MakeScriptCall(const Script& script, std::span<const std::string_view> keys,
                       std::span<const std::string_view> arguments);
inline Command MakeScriptCall(const Script& script, std::initializer_list<std::string_view> keys,
                              std::initializer_list<std::string_view> arguments) {
  return MakeScriptCall(script, std::span(keys.begin(), keys.size()),
                        std::span(arguments.begin(), arguments.size()));
}

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_COMMAND_H_
