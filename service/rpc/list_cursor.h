// Page tokens of lists: opaque to callers, bound to the filters of the list that they continue.
#ifndef COFILTER_SERVICE_RPC_LIST_CURSOR_H_
#define COFILTER_SERVICE_RPC_LIST_CURSOR_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace cofilter::service {

// `filters`: any text that is equal for equal filters.
std::string MakeListCursor(std::uint64_t position, std::string_view filters);
// An empty token is `first`. Errors: INVALID_ARGUMENT naming page_token when it is none of ours, or
// of other filters.
absl::StatusOr<std::uint64_t> ReadListCursor(std::string_view token, std::string_view filters,
                                             std::uint64_t first);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_LIST_CURSOR_H_
