// The tables of the SQLite store, their version, and how an older file is brought forward.
#ifndef COFILTER_SERVICE_STORE_SQLITE_SCHEMA_H_
#define COFILTER_SERVICE_STORE_SQLITE_SCHEMA_H_

#include <functional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/sqlite/connection.h"

namespace cofilter::service {

// "COFI", in the header of every store.
inline constexpr int kApplicationId = 0x434f4649;

// One step from a version to the next.
struct Migration {
  int from = 0;
  std::string description;                              // "events: keep the platform"
  std::function<absl::Status(Connection&)> apply = {};  // inside a transaction
};

// Rows of `counter`: the last value given out. Stored: never renumber.
enum class Counter : int { kEvent = 1, kChange = 2, kMember = 3 };

// The steps that this program knows, in order. The current version is 1 + their number.
std::span<const Migration> Migrations();

// The version of the store's tables, 0 for an empty file.
// Errors: FAILED_PRECONDITION for a database of something else, DATA_LOSS for a file that is no
// database.
absl::StatusOr<int> SchemaVersion(Connection& connection);

// Makes the tables in an empty file, or brings an older file forward, step by step, after a copy of
// it was made at `<path>.version-<old version>`. Turns on the write-ahead log. Errors:
// FAILED_PRECONDITION for a version newer than this program, and those of SchemaVersion.
absl::Status PrepareSchema(Connection& connection, std::span<const Migration> migrations);

// For those who only read. Errors: FAILED_PRECONDITION unless the version is the current one.
absl::Status RequireCurrentSchema(Connection& connection);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_SCHEMA_H_
