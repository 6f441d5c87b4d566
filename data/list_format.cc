// Cuts lines of the list format.
#include "data/list_format.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/record_fields.h"
#include "runtime/status_macros.h"

namespace cofilter::data {

absl::Status ParseListLine(std::string_view line, bool counted, ListLine& parsed) {
  parsed.member = {};
  parsed.items.clear();
  std::size_t at = 0;
  bool first = true;
  std::string_view head;
  while (true) {
    at = std::min(line.find_first_not_of(" \t", at), line.size());
    if (at == line.size()) break;
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    const std::string_view id = line.substr(at, end - at);
    at = end;
    COFILTER_RETURN_IF_ERROR(ValidateId(first ? "member_id" : "item_id", id));
    if (first) {
      head = id;
    } else {
      parsed.items.push_back(id);
    }
    first = false;
  }
  if (first) return FieldError("member_id", "", "a line such as \"member item item\"");
  if (!counted) {
    parsed.member = head;
    return absl::OkStatus();
  }
  COFILTER_ASSIGN_OR_RETURN(const std::int64_t count, ParseIntegerField("count", head));
  if (count < 0 || static_cast<std::size_t>(count) != parsed.items.size()) {
    return FieldError("count", head, absl::StrCat(parsed.items.size(), ", the items that follow"));
  }
  return absl::OkStatus();
}

void MakeListEvent(std::string_view member, std::string_view item, std::size_t position,
                   const ListFormatOptions& options, Event& event) {
  ClearRecord(event);
  event.member_id.assign(member);
  event.item_id.assign(item);
  event.verb = options.verb;
  event.occurred_at = options.base;
  if (options.order_is_sequence) event.occurred_at += std::chrono::seconds(position);
  event.event_id = DeriveEventId(event);
}

}  // namespace cofilter::data
