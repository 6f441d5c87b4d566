// Members in Redis: what a call needs of one lies in one slot and comes in one round trip.
#ifndef COFILTER_SERVICE_STORE_REDIS_MEMBERS_H_
#define COFILTER_SERVICE_STORE_REDIS_MEMBERS_H_

#include "service/store/member_state.h"
#include "service/store/redis/database.h"
#include "service/store/redis/event_log.h"
#include "service/store/store.h"

namespace cofilter::service::redis {

class RedisMembers final : public MemberStateStore {
 public:
  // log: says how far the members' state follows it.
  RedisMembers(Database& database, const RedisEventLog& log) : database_(database), log_(log) {}

  absl::StatusOr<MemberState> Read(std::string_view member_id) override;
  // Each member whole; when Redis goes away in between, some may be written and the call is to be
  // repeated.
  absl::Status Upsert(std::span<const data::Member> members) override;
  absl::StatusOr<Preferences> GetPreferences(std::string_view member_id) override;
  absl::StatusOr<Preferences> UpdatePreferences(std::string_view member_id,
                                                const Preferences& preferences) override;
  absl::StatusOr<std::vector<std::pair<MemberKey, std::string>>> List(MemberKey after,
                                                                      std::size_t limit) override;

 private:
  // Ids of members, then of items → their keys, new ones for new ids.
  absl::StatusOr<std::vector<std::int64_t>> Intern(std::span<const std::string_view> members,
                                                   std::span<const std::string> items);
  absl::Status AddChanges(ChangeKind kind, std::span<const std::string_view> member_ids);

  Database& database_;
  const RedisEventLog& log_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_MEMBERS_H_
