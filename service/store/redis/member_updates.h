// Brings members' state up to events that stand in the log.
#ifndef COFILTER_SERVICE_STORE_REDIS_MEMBER_UPDATES_H_
#define COFILTER_SERVICE_STORE_REDIS_MEMBER_UPDATES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/event.h"
#include "service/store/keys.h"
#include "service/store/redis/database.h"

namespace cofilter::service::redis {

// An event of the log with the keys of what it names.
struct LoggedUpdate {
  const data::Event* event = nullptr;
  MemberKey member = 0;
  ItemKey item = 0;
};

struct UpdateResult {
  // By update: the item whose pair it moved (0: an event without an item), or −1: none. Or why the
  // member's state could not be written; then the member's other updates have the same error.
  std::vector<absl::StatusOr<std::int64_t>> moved;
  bool replicated = false;
};

// One script a member, all in one pipeline. An update that was made before changes nothing and
// gives the same result.
UpdateResult ApplyUpdates(Database& database, const std::vector<LoggedUpdate>& updates);

// Settles stretches of the log that whoever wrote them left unsettled for `age` or longer: their
// events are applied. Returns how many stretches.
absl::StatusOr<int> SettleLeftovers(Database& database, std::chrono::seconds age);

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_MEMBER_UPDATES_H_
