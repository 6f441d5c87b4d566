// Page tokens: what a list has shown so far, so that the next page repeats nothing and keeps the
// ranks.
#ifndef COFILTER_SERVICE_RECOMMEND_PAGE_TOKEN_H_
#define COFILTER_SERVICE_RECOMMEND_PAGE_TOKEN_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/store/keys.h"

namespace cofilter::service {

// A list can be continued to so many items.
inline constexpr std::size_t kMaxListed = 1000;
// A token is no longer than this.
inline constexpr std::size_t kMaxPageTokenBytes = 8192;

// URL-safe text, bound to organisation, member and surface. Shape: listed [1 .. kMaxListed], any
// order.
std::string EncodePageToken(std::string_view organisation, std::string_view member_id,
                            std::string_view surface, std::span<const ItemKey> listed);

// Rising keys. Errors: INVALID_ARGUMENT naming page_token: damaged, or made for another member or
// surface.
absl::StatusOr<std::vector<ItemKey>> DecodePageToken(std::string_view organisation,
                                                     std::string_view member_id,
                                                     std::string_view surface,
                                                     std::string_view token);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_PAGE_TOKEN_H_
