// Names of the contract's enums for people: LEVEL_PERSONALISED is "personalised", and back.
#ifndef COFILTER_CLI_CONTRACT_NAMES_H_
#define COFILTER_CLI_CONTRACT_NAMES_H_

#include <string>
#include <string_view>

#include <google/protobuf/generated_enum_reflection.h>

#include "absl/status/statusor.h"

namespace cofilter::cli {

// For the descriptor's values; both leave the enum's own prefix away and use lower case.
std::string ShortName(const google::protobuf::EnumDescriptor& type, int value);
// Errors: INVALID_ARGUMENT that names the flag and what is allowed.
absl::StatusOr<int> ValueOf(const google::protobuf::EnumDescriptor& type, std::string_view flag,
                            std::string_view name);

template <typename Enum>
std::string EnumName(Enum value) {
  return ShortName(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

template <typename Enum>
absl::StatusOr<Enum> ParseEnum(std::string_view flag, std::string_view name) {
  auto value = ValueOf(*google::protobuf::GetEnumDescriptor<Enum>(), flag, name);
  if (!value.ok()) return value.status();
  return static_cast<Enum>(*value);
}

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_CONTRACT_NAMES_H_
