// What a statement must be for us to take it; docs/formats/xapi.md states the same rules. What we
// have no use for is not looked at.
#ifndef COFILTER_DATA_IMPORT_XAPI_CHECKS_H_
#define COFILTER_DATA_IMPORT_XAPI_CHECKS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/import/json_document.h"

namespace cofilter::data {

inline constexpr std::string_view kXapiVoided = "http://adlnet.gov/expapi/verbs/voided";

// Errors: INVALID_ARGUMENT that names the property by its path.
absl::Status CheckXapiStatement(JsonElement statement);

// What identifies an agent or an identified group, as one text: `homePage|name` of an account (the
// name alone for accounts of `account_home`), the mbox, `mbox_sha1sum:…`, the openid. Empty:
// nothing does. REQUIRES: the statement passed the check.
std::string XapiIdentifier(JsonElement agent, std::string_view account_home);

// Seconds of an ISO 8601 duration; a year and a month are what they are on average.
absl::StatusOr<double> ParseIsoDuration(std::string_view field, std::string_view text);

// 8-4-4-4-12 hexadecimal digits.
bool IsUuid(std::string_view text);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_XAPI_CHECKS_H_
