// What the writer thread works on: the connection, and what it remembers between jobs.
#ifndef COFILTER_SERVICE_STORE_SQLITE_WRITER_CONNECTION_H_
#define COFILTER_SERVICE_STORE_SQLITE_WRITER_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/store/keys.h"
#include "service/store/sqlite/connection.h"
#include "service/store/sqlite/id_cache.h"
#include "service/store/sqlite/schema.h"
#include "service/store/store.h"

namespace cofilter::service {

struct WriterOptions {
  std::string path;
  std::string organisation;
  ConnectionOptions connection = {};
  std::size_t cached_ids = 200000;  // members, and as many items
};

struct ItemEntry {
  ItemKey key = 0;
  bool in_catalogue = false;
};

// Every call but Open runs inside the writer's transaction.
// Thread-safety: one thread at a time.
class WriterConnection {
 public:
  // Makes the file and its tables where there are none, unless options.connection.create is off.
  static absl::StatusOr<std::unique_ptr<WriterConnection>> Open(const WriterOptions& options,
                                                                const runtime::Clock& clock);

  Connection& connection() { return *connection_; }
  std::int64_t organisation() const { return organisation_; }
  runtime::Time Now() const { return clock_.Now(); }

  // The key of an id; an id that is new gets one.
  absl::StatusOr<MemberKey> InternMember(std::string_view member_id);
  absl::StatusOr<ItemEntry> InternItem(std::string_view item_id);
  absl::StatusOr<std::optional<MemberKey>> FindMember(std::string_view member_id);
  void MarkInCatalogue(std::string_view item_id, ItemKey key);

  // The next position of the log; taken when a row stands there.
  Sequence next_event() const { return counters_[static_cast<int>(Counter::kEvent)] + 1; }
  void TakeEvent() { Next(Counter::kEvent); }
  // Writes a change; it takes the place of the subject's earlier change `replaced` (0: none).
  absl::StatusOr<Sequence> AddChange(ChangeKind kind, std::string_view subject, Sequence replaced);

  // Retractions wait for events that have not come yet.
  bool retractions_pending() const { return retractions_pending_; }
  void SetRetractionsPending() { retractions_pending_ = true; }

  // The writer's own part, around the jobs.
  absl::Status Begin();
  absl::Status Commit();
  // Also forgets what the undone transaction had taught.
  absl::Status Rollback();
  bool changed_feed() const { return changed_feed_; }  // in the last transaction

 private:
  WriterConnection(const WriterOptions& options, const runtime::Clock& clock)
      : name_(options.organisation),
        clock_(clock),
        members_(options.cached_ids),
        items_(options.cached_ids) {}
  absl::Status LoadOrganisation();
  absl::Status LoadCounters();
  Sequence Next(Counter counter);

  const std::string name_;
  const runtime::Clock& clock_;
  std::unique_ptr<Connection> connection_;
  std::int64_t organisation_ = 0;
  // By Counter. An undone transaction gives back what it took: nobody has seen it.
  Sequence counters_[4] = {};
  bool counters_moved_[4] = {};
  ItemKey last_item_ = 0;
  bool retractions_pending_ = false;
  bool changed_feed_ = false;
  IdCache<MemberKey> members_;
  IdCache<ItemEntry> items_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_WRITER_CONNECTION_H_
