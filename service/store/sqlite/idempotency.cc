// Old answers are not found any more, and go a few at a time when a new one is written.
#include "service/store/sqlite/idempotency.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

constexpr runtime::Duration kKept = std::chrono::hours(24);

constexpr char kFind[] = "SELECT body FROM answer WHERE organisation=? AND request_id=? AND at>?";
constexpr char kPrune[] =
    "DELETE FROM answer WHERE rowid IN (SELECT rowid FROM answer WHERE at<=? ORDER BY at LIMIT "
    "100)";
constexpr char kRemember[] =
    "INSERT INTO answer (organisation, request_id, at, body) VALUES (?,?,?,?) "
    "ON CONFLICT (organisation, request_id) DO UPDATE SET at=excluded.at, body=excluded.body "
    "WHERE answer.at<=?";

std::int64_t Oldest(runtime::Time now) { return (now - kKept).time_since_epoch().count(); }

}  // namespace

absl::StatusOr<std::string> SqliteIdempotency::Find(std::string_view request_id) {
  return database_.ReadValue<std::string>([&](Connection& connection)
                                              -> absl::StatusOr<std::string> {
    Query query = connection.Use(kFind);
    query.BindInt(database_.organisation()).BindText(request_id).BindInt(Oldest(database_.Now()));
    COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (row) return std::string(query.Bytes(0));
    return absl::NotFoundError(
        absl::StrCat("request ", std::string(request_id), " was not answered before"));
  });
}

absl::Status SqliteIdempotency::Remember(std::string_view request_id, std::string_view answer) {
  return database_.Write(1, [&](WriterConnection& writer) -> absl::Status {
    const std::int64_t oldest = Oldest(writer.Now());
    COFILTER_RETURN_IF_ERROR(writer.connection().Use(kPrune).BindInt(oldest).Run());
    return writer.connection()
        .Use(kRemember)
        .BindInt(writer.organisation())
        .BindText(request_id)
        .BindInt(writer.Now().time_since_epoch().count())
        .BindBlob(answer)
        .BindInt(oldest)
        .Run();
  });
}

}  // namespace cofilter::service
