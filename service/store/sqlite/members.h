// Member state in SQLite.
#ifndef COFILTER_SERVICE_STORE_SQLITE_MEMBERS_H_
#define COFILTER_SERVICE_STORE_SQLITE_MEMBERS_H_

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/store/member_state.h"
#include "service/store/sqlite/database.h"

namespace cofilter::service {

class SqliteMembers final : public MemberStateStore {
 public:
  explicit SqliteMembers(Database& database) : database_(database) {}
  // Cost: about 5 µs and 0.3 µs an item while nobody writes.
  absl::StatusOr<MemberState> Read(std::string_view member_id) override;
  absl::Status Upsert(std::span<const data::Member> members) override;
  absl::StatusOr<Preferences> GetPreferences(std::string_view member_id) override;
  absl::StatusOr<Preferences> UpdatePreferences(std::string_view member_id,
                                                const Preferences& preferences) override;
  absl::StatusOr<std::vector<std::pair<MemberKey, std::string>>> List(MemberKey after,
                                                                      std::size_t limit) override;

 private:
  Database& database_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_MEMBERS_H_
