// Items between the contract and the product, checked.
#ifndef COFILTER_SERVICE_RPC_CONVERT_ITEM_H_
#define COFILTER_SERVICE_RPC_CONVERT_ITEM_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cofilter/v1/types.pb.h"
#include "data/item.h"

namespace cofilter::service {

// Errors: INVALID_ARGUMENT that names the field within the item: "kind …".
absl::StatusOr<data::Item> FromProto(const v1::Item& item);
void ToProto(const data::Item& item, v1::Item* out);

// An etag is the revision in decimal digits; empty is 0: any version. Errors: INVALID_ARGUMENT with
// `field`.
absl::StatusOr<std::int64_t> RevisionFromEtag(std::string_view field, std::string_view etag);
std::string EtagOf(std::int64_t revision);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CONVERT_ITEM_H_
