// Strips the common prefix of an enum's values, which is the name of its zero value less
// UNSPECIFIED.
#include "cli/contract_names.h"

#include <algorithm>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cofilter::cli {
namespace {

std::string Stripped(const google::protobuf::EnumValueDescriptor& value) {
  const std::string& zero = value.type()->value(0)->name();
  const std::size_t prefix = zero.find("UNSPECIFIED");
  std::string name = prefix == std::string::npos ? value.name() : value.name().substr(prefix);
  absl::AsciiStrToLower(&name);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

}  // namespace

std::string ShortName(const google::protobuf::EnumDescriptor& type, int value) {
  const auto* descriptor = type.FindValueByNumber(value);
  return descriptor == nullptr ? absl::StrCat(value) : Stripped(*descriptor);
}

absl::StatusOr<int> ValueOf(const google::protobuf::EnumDescriptor& type, std::string_view flag,
                            std::string_view name) {
  std::vector<std::string> allowed;
  for (int i = 1; i < type.value_count(); ++i) {
    const std::string stripped = Stripped(*type.value(i));
    if (stripped == name) return type.value(i)->number();
    allowed.push_back(stripped);
  }
  return absl::InvalidArgumentError(absl::StrCat(std::string(flag), ": '", std::string(name),
                                                 "' is not one of ", absl::StrJoin(allowed, ", ")));
}

}  // namespace cofilter::cli
