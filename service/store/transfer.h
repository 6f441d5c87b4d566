// Carries an organisation from one store to another, and proves that it arrived.
#ifndef COFILTER_SERVICE_STORE_TRANSFER_H_
#define COFILTER_SERVICE_STORE_TRANSFER_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/store/store.h"

namespace cofilter::service {

enum class Content : std::uint8_t {
  kItems,
  kMembers,    // what the backend said, and preferences
  kHistories,  // what each member's events come to
  kEvents,     // the log, in order
  kRules,
  kModelPointers,
  kAudit,
  kImports,
};
inline constexpr int kContents = 8;
std::string_view ContentName(Content content);  // "items"

// How many records there are of each kind, and a digest of them. Keys, sequences, revisions and
// etags are a store's own and no part of it: two stores that answer alike have the same summary.
struct ContentSummary {
  struct Part {
    std::uint64_t count = 0;
    std::string digest;  // 32 hexadecimal digits
    bool operator==(const Part&) const = default;
  };
  std::array<Part, kContents> parts;
  const Part& operator[](Content content) const { return parts[static_cast<std::size_t>(content)]; }
  bool operator==(const ContentSummary&) const = default;
};

// Reads the whole store. Errors: those of the store.
absl::StatusOr<ContentSummary> Summarise(Store& store);

// Copies everything that Summarise counts into `to`, which must be empty, and compares the
// summaries. Events are recorded anew, so that what follows from them is made by the target itself.
// Receipts and remembered answers stay behind: they are good for 30 days and for one. target_clock:
// the clock that `to` was opened with; it is set to the times of what is written. progress: called
// now and then with the number of events copied. Errors: FAILED_PRECONDITION when `to` is not
// empty, when `from` changed meanwhile, or when events were trimmed from its log; DATA_LOSS when
// the summaries differ; those of the stores.
absl::StatusOr<ContentSummary> CopyStore(Store& from, Store& to,
                                         runtime::SimulatedClock& target_clock,
                                         const std::function<void(std::uint64_t)>& progress = {});

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_TRANSFER_H_
