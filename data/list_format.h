// The list format of public data sets: one line per member, "member item item …".
#ifndef COFILTER_DATA_LIST_FORMAT_H_
#define COFILTER_DATA_LIST_FORMAT_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/event.h"
#include "runtime/clock.h"

namespace cofilter::data {

// 2000-01-01T00:00:00Z: where synthetic times begin.
inline constexpr runtime::Time kSyntheticBase{runtime::Duration(946'684'800'000'000)};

struct ListFormatOptions {
  // Whether the order of a line means oldest first. Without it no time can be told.
  bool order_is_sequence = false;
  // Whether the first number is the count of the items that follow; the member is then the number
  // of the line, from 0 (citeulike-a).
  bool counted = false;
  Verb verb = Verb::kComplete;
  // occurred_at of an event is base, plus a second per position when the order is a sequence.
  runtime::Time base = kSyntheticBase;
};

struct ListLine {
  std::string_view member;
  std::vector<std::string_view> items;
};

// Fields are separated by spaces or tabs; a line may have no items. With `counted`, member stays
// empty. Errors: INVALID_ARGUMENT for a line without a member, an id that is no id, or a count that
// is wrong.
absl::Status ParseListLine(std::string_view line, bool counted, ListLine& parsed);

// The event of one entry of a line; its id is derived.
void MakeListEvent(std::string_view member, std::string_view item, std::size_t position,
                   const ListFormatOptions& options, Event& event);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_LIST_FORMAT_H_
