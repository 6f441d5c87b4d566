// Ranges and lengths of request fields.
#include "service/rpc/wire_checks.h"

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

std::string Indexed(std::string_view field, int index) {
  return absl::StrCat(std::string(field), "[", index, "]");
}

}  // namespace

absl::Status CheckCount(std::string_view field, std::int32_t count, std::int32_t high) {
  if (count >= 0 && count <= high) return absl::OkStatus();
  return data::FieldError(field, absl::StrCat(count),
                          absl::StrCat("1 to ", high, ", or 0 for the default"));
}

absl::Status CheckIds(std::string_view field,
                      const google::protobuf::RepeatedPtrField<std::string>& ids, int most) {
  if (ids.size() > most) {
    return data::FieldError(field, absl::StrCat(ids.size(), " entries"),
                            absl::StrCat("at most ", most));
  }
  for (int i = 0; i < ids.size(); ++i) {
    // The name is made for an error only.
    if (data::ValidateId(field, ids[i]).ok()) continue;
    return data::ValidateId(Indexed(field, i), ids[i]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<data::ItemKind>> KindsFromProto(
    std::string_view field, const google::protobuf::RepeatedField<int>& kinds) {
  std::vector<data::ItemKind> out;
  for (int i = 0; i < kinds.size(); ++i) {
    if (!v1::ItemKind_IsValid(kinds[i]) || kinds[i] == v1::ITEM_KIND_UNSPECIFIED) {
      return data::FieldError(Indexed(field, i), absl::StrCat(kinds[i]),
                              "a kind that v1.ItemKind names");
    }
    out.push_back(static_cast<data::ItemKind>(kinds[i]));
  }
  return out;
}

absl::Status CheckReasonText(std::string_view field, std::string_view text) {
  if (text.empty()) return data::FieldError(field, text, "why, in 1 to 1,024 bytes");
  return data::ValidateText(field, text, 1024);
}

}  // namespace cofilter::service
