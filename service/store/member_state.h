// A member's state, in one read: history, what was seen, preferences, blocks.
#ifndef COFILTER_SERVICE_STORE_MEMBER_STATE_H_
#define COFILTER_SERVICE_STORE_MEMBER_STATE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/event.h"
#include "data/member.h"
#include "runtime/clock.h"
#include "service/store/keys.h"

namespace cofilter::service {

// All that a member did with one item, added up. Retracted events have left no trace here.
struct MemberItem {
  ItemKey item = 0;
  std::uint32_t verbs = 0;   // bit 1 << Verb for each verb that occurred
  float progress = 0;        // the furthest, 0..1
  runtime::Time first_at{};  // by occurred_at
  runtime::Time last_at{};
  // The latest event of each verb that matters to weights would need a time each; the pair's latest
  // is kept.

  bool Has(data::Verb verb) const { return (verbs >> static_cast<unsigned>(verb)) & 1u; }
};

struct Preferences {
  bool personalised = true;
  std::vector<std::string> muted_topics;
  std::vector<std::string> not_interested_item_ids;
  bool preview_by_name = false;  // consent to be previewed by name
  std::string etag;              // of this version; set by the store

  bool operator==(const Preferences&) const = default;
};

struct MemberState {
  bool known = false;  // an upsert, a preference or an event has named the member
  MemberKey key = 0;
  data::Member member;  // org unit and the rest, as last upserted
  Preferences preferences;
  std::vector<ItemKey> not_interested;  // the same as in preferences, as keys
  std::vector<MemberItem> items;        // by rising last_at, ties by item
  std::vector<ItemKey> blocked;         // blocked for everybody or for this member's units, by rule
  Sequence history_cursor = 0;          // the log position that `items` is complete up to
};

// Thread-safety: all calls from any thread.
class MemberStateStore {
 public:
  virtual ~MemberStateStore() = default;

  // An unknown member gives known = false and OK. Errors: UNAVAILABLE.
  virtual absl::StatusOr<MemberState> Read(std::string_view member_id) = 0;

  // Inserts or replaces what the backend says of members; preferences stay. All or nothing.
  virtual absl::Status Upsert(std::span<const data::Member> members) = 0;

  // Errors: NOT_FOUND for a member never heard of.
  virtual absl::StatusOr<Preferences> GetPreferences(std::string_view member_id) = 0;
  // Replaces the preferences; a member never heard of is made known. A non-empty etag must be the
  // stored one. Errors: ABORTED when the etag is not.
  virtual absl::StatusOr<Preferences> UpdatePreferences(std::string_view member_id,
                                                        const Preferences& preferences) = 0;

  // Member ids in the order of their keys, after `after` (exclusive; 0 for the first): for digests
  // and export.
  virtual absl::StatusOr<std::vector<std::pair<MemberKey, std::string>>> List(
      MemberKey after, std::size_t limit) = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_MEMBER_STATE_H_
