// The fields of a member; the credit requirement stands as two fields.
#include <array>

#include "data/field_access.h"

namespace cofilter::data {
namespace {

using field_access::List;
using field_access::Plain;

CreditRequirement& Requirement(Member& member) {
  return member.required.has_value() ? *member.required : member.required.emplace();
}

constexpr std::array kFields = {
    Plain<&Member::member_id>("member_id"),
    Plain<&Member::org_unit>("org_unit"),
    List<&Member::cohorts>("cohorts"),
    Field<Member>{"required_credits", FieldType::kNumber,
                  [](Member& member, std::string_view name, std::string_view text) {
                    return field_access::SetValue<double>(Requirement(member).credits, name, text);
                  },
                  [](const Member& member, std::string& out) {
                    if (member.required) AppendNumber(out, member.required->credits);
                  },
                  nullptr},
    Field<Member>{"required_due_at", FieldType::kText,
                  [](Member& member, std::string_view name, std::string_view text) {
                    return field_access::SetValue<runtime::Time>(Requirement(member).due_at, name,
                                                                 text);
                  },
                  [](const Member& member, std::string& out) {
                    if (member.required) out += runtime::FormatTime(member.required->due_at);
                  },
                  nullptr},
};

}  // namespace

template <>
std::span<const Field<Member>> FieldsOf<Member>() {
  return kFields;
}

absl::Status CompleteRecord(Member& member) { return ValidateMember(member); }

void ClearRecord(Member& member) { member = Member{}; }

}  // namespace cofilter::data
