// Timestamp and Duration.
#include "service/rpc/convert_time.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"

namespace cofilter::service {
namespace {

constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31
constexpr std::int64_t kLongestSeconds = 315576000000;
constexpr std::int32_t kNanos = 1'000'000'000;

}  // namespace

absl::StatusOr<runtime::Time> FromProto(std::string_view field,
                                        const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() < kFirstSecond || timestamp.seconds() > kLastSecond ||
      timestamp.nanos() < 0 || timestamp.nanos() >= kNanos) {
    return data::FieldError(field,
                            absl::StrCat(timestamp.seconds(), " s ", timestamp.nanos(), " ns"),
                            "a time of the years 1 to 9999, nanos from 0 to 999,999,999");
  }
  return runtime::Time(
      runtime::Duration(timestamp.seconds() * 1'000'000 + timestamp.nanos() / 1000));
}

void ToProto(runtime::Time time, google::protobuf::Timestamp* timestamp) {
  const std::int64_t micros = time.time_since_epoch().count();
  std::int64_t seconds = micros / 1'000'000;
  std::int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000;
  }
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<std::int32_t>(rest * 1000));
}

absl::StatusOr<float> SecondsFromProto(std::string_view field,
                                       const google::protobuf::Duration& duration) {
  if (duration.seconds() < 0 || duration.seconds() > kLongestSeconds || duration.nanos() < 0 ||
      duration.nanos() >= kNanos) {
    return data::FieldError(field, absl::StrCat(duration.seconds(), " s ", duration.nanos(), " ns"),
                            "0 or more, nanos from 0 to 999,999,999");
  }
  return static_cast<float>(static_cast<double>(duration.seconds()) + duration.nanos() * 1e-9);
}

void SecondsToProto(float seconds, google::protobuf::Duration* duration) {
  const double whole = std::floor(static_cast<double>(seconds));
  duration->set_seconds(static_cast<std::int64_t>(whole));
  // Microseconds: a float of seconds holds no more.
  duration->set_nanos(static_cast<std::int32_t>(std::floor((seconds - whole) * 1e6)) * 1000);
}

}  // namespace cofilter::service
