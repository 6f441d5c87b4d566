// The bytes of an entry of the event log: who wrote it, and the whole event.
#ifndef COFILTER_SERVICE_STORE_REDIS_LOG_ENTRY_H_
#define COFILTER_SERVICE_STORE_REDIS_LOG_ENTRY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/event.h"

namespace cofilter::service::redis {

// writer: a number of the process, so that it knows its own entries.
std::string EncodeLogEntry(std::uint64_t writer, const data::Event& event);
struct LogEntry {
  std::uint64_t writer = 0;
  data::Event event;
};
// Errors: DATA_LOSS.
absl::StatusOr<LogEntry> DecodeLogEntry(std::string_view bytes);

// 8 bytes of SHA-256 over what makes two events of one id the same event: all but received_at.
std::string ContentDigest(const data::Event& event);

// Where an event id is remembered: a digest that nobody can steer.
struct EventIdPlace {
  std::string bucket;  // 5 hexadecimal digits: 2^18 buckets
  std::string field;   // 12 bytes
};
EventIdPlace PlaceOfEventId(std::string_view event_id);

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_LOG_ENTRY_H_
