// Where an import goes: a running server, or the store itself while no server runs.
#ifndef COFILTER_CLI_IMPORT_TARGET_H_
#define COFILTER_CLI_IMPORT_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/command.h"
#include "cofilter/v1/event_service.pb.h"
#include "data/event.h"
#include "data/item.h"
#include "data/member.h"

namespace cofilter::cli {

struct RecordedBatch {
  std::uint64_t recorded = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::vector<std::string> unknown_items;
};

// Thread-safety: one thread at a time, but that Record may run beside the other calls. What a call
// acknowledges is durable.
class ImportTarget {
 public:
  virtual ~ImportTarget() = default;

  virtual std::size_t most_events() const = 0;  // of a batch
  virtual absl::StatusOr<RecordedBatch> Record(std::vector<data::Event> events) = 0;
  // At most a thousand, each id once; they replace what is stored.
  virtual absl::Status Upsert(std::vector<data::Item> items) = 0;
  virtual absl::Status Upsert(std::vector<data::Member> members) = 0;

  virtual absl::Status Put(const v1::Import& import) = 0;
  // Newest first, of one fingerprint or (empty) of all; at most a thousand.
  virtual absl::StatusOr<std::vector<v1::Import>> Imports(const std::string& fingerprint) = 0;
};

std::unique_ptr<ImportTarget> MakeServerTarget(const Invocation& invocation);
// Holds the store's lock while it lives, so that no server writes beside it. Errors:
// FAILED_PRECONDITION when one does; those of SqliteStore::Open.
absl::StatusOr<std::unique_ptr<ImportTarget>> OpenStoreTarget(const std::string& path,
                                                              const std::string& organisation);

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_IMPORT_TARGET_H_
