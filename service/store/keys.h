// The store's internal keys. External ids stand in one table each; everything else refers to keys.
#ifndef COFILTER_SERVICE_STORE_KEYS_H_
#define COFILTER_SERVICE_STORE_KEYS_H_

#include <cstdint>

namespace cofilter::service {

using MemberKey = std::int64_t;  // 0: none
using ItemKey = std::uint32_t;   // dense from 1, so that vectors are indexed by it; 0: none
using Sequence =
    std::int64_t;  // position in the event log or the change feed, from 1, without reuse

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_KEYS_H_
