// Hands batches to the writer and reads rows back as events.
#include "service/store/sqlite/event_log.h"

#include <memory>
#include <utility>

#include "runtime/status_macros.h"
#include "service/store/encoding.h"
#include "service/store/sqlite/event_recorder.h"

namespace cofilter::service {
namespace {

// CROSS JOIN keeps the log as the outer loop, so that the order comes for free.
constexpr char kReadAfter[] =
    "SELECT e.sequence, e.event_id, m.member_id, i.item_id, e.verb, e.occurred_at, e.received_at, "
    "e.progress, e.rest FROM event e CROSS JOIN member m ON m.key=e.member "
    "LEFT JOIN item_id i ON i.organisation=e.organisation AND i.key=e.item "
    "WHERE e.sequence>? AND e.organisation=? ORDER BY e.sequence LIMIT ?";
constexpr char kLastSequence[] = "SELECT value FROM counter WHERE name=?";

struct Batch {
  std::vector<data::Event> events;
  RecordOutcome outcome;
};

runtime::Time FromMicros(std::int64_t micros) { return runtime::Time(runtime::Duration(micros)); }

}  // namespace

void SqliteEventLog::Record(std::vector<data::Event> events,
                            std::function<void(absl::StatusOr<RecordOutcome>)> done) {
  auto batch = std::make_shared<Batch>();
  batch->events = std::move(events);
  database_.Submit({
      .run = [batch](WriterConnection& writer) -> absl::Status {
        COFILTER_ASSIGN_OR_RETURN(batch->outcome, RecordEvents(writer, batch->events));
        batch->outcome.durability = Durability::kLocalSync;
        return absl::OkStatus();
      },
      .done =
          [batch, done = std::move(done)](absl::Status status) {
            if (status.ok()) {
              done(std::move(batch->outcome));
            } else {
              done(std::move(status));
            }
          },
      .weight = batch->events.size(),
  });
}

absl::StatusOr<std::vector<LoggedEvent>> SqliteEventLog::ReadAfter(Sequence after,
                                                                   std::size_t limit) {
  using Events = std::vector<LoggedEvent>;
  return database_.ReadValue<Events>([&](Connection& connection) -> absl::StatusOr<Events> {
    Query query = connection.Use(kReadAfter);
    query.BindInt(after)
        .BindInt(database_.organisation())
        .BindInt(static_cast<std::int64_t>(limit));
    Events events;
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) return events;
      LoggedEvent& logged = events.emplace_back();
      logged.sequence = query.Int(0);
      data::Event& event = logged.event;
      event.event_id = query.Bytes(1);
      event.member_id = query.Bytes(2);
      event.item_id = query.Bytes(3);
      event.verb = static_cast<data::Verb>(query.Int(4));
      event.occurred_at = FromMicros(query.Int(5));
      event.received_at = FromMicros(query.Int(6));
      if (!query.IsNull(7)) event.progress = static_cast<float>(query.Real(7));
      COFILTER_RETURN_IF_ERROR(DecodeEventRest(query.Bytes(8), &event));
    }
  });
}

absl::StatusOr<Sequence> SqliteEventLog::LastSequence() {
  return database_.ReadValue<Sequence>([](Connection& connection) -> absl::StatusOr<Sequence> {
    Query query = connection.Use(kLastSequence);
    COFILTER_ASSIGN_OR_RETURN(const bool row,
                              query.BindInt(static_cast<int>(Counter::kEvent)).Step());
    return row ? query.Int(0) : 0;
  });
}

}  // namespace cofilter::service
