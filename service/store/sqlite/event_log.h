// The event log in SQLite.
#ifndef COFILTER_SERVICE_STORE_SQLITE_EVENT_LOG_H_
#define COFILTER_SERVICE_STORE_SQLITE_EVENT_LOG_H_

#include <functional>
#include <vector>

#include "service/store/event_log.h"
#include "service/store/sqlite/database.h"

namespace cofilter::service {

class SqliteEventLog final : public EventLog {
 public:
  explicit SqliteEventLog(Database& database) : database_(database) {}
  void Record(std::vector<data::Event> events,
              std::function<void(absl::StatusOr<RecordOutcome>)> done) override;
  absl::StatusOr<std::vector<LoggedEvent>> ReadAfter(Sequence after, std::size_t limit) override;
  absl::StatusOr<Sequence> LastSequence() override;

 private:
  Database& database_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_EVENT_LOG_H_
