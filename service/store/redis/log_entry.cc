// writer u64, received_at i64, then what is digested: occurred_at i64, verb u8, progress, ids,
// rest.
#include "service/store/redis/log_entry.h"

#include <cstdio>

#include "runtime/digest.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"
#include "service/store/redis/packed.h"

namespace cofilter::service::redis {
namespace {

constexpr std::size_t kHeader = 16;
constexpr std::uint8_t kNoProgress = 0;
constexpr std::uint8_t kProgress = 1;

void PackText(std::string_view text, std::string* bytes) {
  Pack(static_cast<std::uint16_t>(text.size()), bytes);  // ids have at most 256 bytes
  bytes->append(text);
}

bool TakeText(std::string_view* bytes, std::string* text) {
  if (bytes->size() < 2) return false;
  const std::size_t size = Unpack<std::uint16_t>(*bytes, 0);
  if (bytes->size() < 2 + size) return false;
  text->assign(bytes->substr(2, size));
  bytes->remove_prefix(2 + size);
  return true;
}

void AppendContent(const data::Event& event, std::string* bytes) {
  Pack<std::int64_t>(event.occurred_at.time_since_epoch().count(), bytes);
  Pack(static_cast<std::uint8_t>(event.verb), bytes);
  Pack(event.progress.has_value() ? kProgress : kNoProgress, bytes);
  Pack(event.progress.value_or(0), bytes);
  PackText(event.event_id, bytes);
  PackText(event.member_id, bytes);
  PackText(event.item_id, bytes);
  std::string rest;
  EncodeEventRest(event, &rest);
  bytes->append(rest);
}

}  // namespace

std::string EncodeLogEntry(std::uint64_t writer, const data::Event& event) {
  std::string bytes;
  Pack(writer, &bytes);
  Pack<std::int64_t>(event.received_at.time_since_epoch().count(), &bytes);
  AppendContent(event, &bytes);
  return bytes;
}

absl::StatusOr<LogEntry> DecodeLogEntry(std::string_view bytes) {
  constexpr std::size_t kFixed = kHeader + 8 + 1 + 1 + 4;
  const auto damaged = [] { return absl::DataLossError("store: an entry of the log is damaged"); };
  if (bytes.size() < kFixed) return damaged();
  LogEntry entry;
  const auto time = [&](std::size_t at) {
    return runtime::Time(runtime::Duration(Unpack<std::int64_t>(bytes, at)));
  };
  entry.writer = Unpack<std::uint64_t>(bytes, 0);
  data::Event& event = entry.event;
  event.received_at = time(8);
  event.occurred_at = time(kHeader);
  event.verb = static_cast<data::Verb>(Unpack<std::uint8_t>(bytes, kHeader + 8));
  if (Unpack<std::uint8_t>(bytes, kHeader + 9) == kProgress) {
    event.progress = Unpack<float>(bytes, kHeader + 10);
  }
  bytes.remove_prefix(kFixed);
  if (!TakeText(&bytes, &event.event_id) || !TakeText(&bytes, &event.member_id) ||
      !TakeText(&bytes, &event.item_id)) {
    return damaged();
  }
  COFILTER_RETURN_IF_ERROR(DecodeEventRest(bytes, &event));
  return entry;
}

std::string ContentDigest(const data::Event& event) {
  std::string content;
  AppendContent(event, &content);
  const runtime::Sha256Digest digest = runtime::Sha256(content);
  return std::string(reinterpret_cast<const char*>(digest.data()), 8);
}

EventIdPlace PlaceOfEventId(std::string_view event_id) {
  const runtime::Sha256Digest digest = runtime::Sha256(event_id);
  const unsigned bucket = (static_cast<unsigned>(digest[0]) << 10) |
                          (static_cast<unsigned>(digest[1]) << 2) | (digest[2] >> 6);
  char text[8];
  std::snprintf(text, sizeof text, "%05x", bucket);
  return {.bucket = text,
          .field = std::string(reinterpret_cast<const char*>(digest.data()) + 2, 12)};
}

}  // namespace cofilter::service::redis
