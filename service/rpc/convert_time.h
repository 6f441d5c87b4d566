// Times and durations between the contract and the product.
#ifndef COFILTER_SERVICE_RPC_CONVERT_TIME_H_
#define COFILTER_SERVICE_RPC_CONVERT_TIME_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "runtime/clock.h"

namespace cofilter::service {

// What is finer than a microsecond is cut off. Errors: INVALID_ARGUMENT, with `field`, outside of
// the years 1 to 9999 or with nanos outside of 0..999,999,999.
absl::StatusOr<runtime::Time> FromProto(std::string_view field,
                                        const google::protobuf::Timestamp& timestamp);
void ToProto(runtime::Time time, google::protobuf::Timestamp* timestamp);

// Errors: INVALID_ARGUMENT, with `field`, when it is negative, past 10,000 years, or its nanos are
// out of range.
absl::StatusOr<float> SecondsFromProto(std::string_view field,
                                       const google::protobuf::Duration& duration);
void SecondsToProto(float seconds, google::protobuf::Duration* duration);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CONVERT_TIME_H_
