// The names of the keys (docs/formats/redis.md has the table).
#ifndef COFILTER_SERVICE_STORE_REDIS_KEY_NAMES_H_
#define COFILTER_SERVICE_STORE_REDIS_KEY_NAMES_H_

#include <string>
#include <string_view>

namespace cofilter::service::redis {

// Everything of the organisation itself lies in one slot, everything of a member in another, so
// that a script sees all of the one or all of the other. Ids are written with '%', '{', '}', ':'
// and '/' as %XX: no two names meet, and no id moves a key to another slot.
struct KeyNames {
  KeyNames(std::string_view prefix, std::string_view organisation);

  std::string meta;        // hash: layout, store id, the last number of each kind given out
  std::string members;     // sorted set: member ids by key
  std::string item_ids;    // sorted set: item ids by key
  std::string items;       // hash: item key → revision and body
  std::string item_order;  // sorted set: item keys by revision
  std::string log;         // stream: events by sequence
  std::string event_ids;  // + 5 hexadecimal digits: hash: event id's digest → content's, sequence
  std::string guard;      // never exists (scripts.cc says what for)
  std::string pending;    // sorted set: stretches of the log not yet in the members' state
  std::string feed;       // sorted set: what changed, by sequence
  std::string feed_times;    // hash: what changed → when
  std::string pointers;      // list: model pointers, the newest last
  std::string rules;         // hash: rule id → revision and body
  std::string audit;         // stream: audit entries
  std::string imports;       // hash: import id → number and what it did
  std::string import_order;  // sorted set: import ids by number

  // Everything of one member lies in one slot.
  struct Member {
    std::string record;  // hash: key, what the backend said, preferences
    std::string pairs;   // hash: item key → what its events come to
    std::string events;  // hash: event id → item, verb, time, progress; retractions that wait
  };
  Member OfMember(std::string_view member_id) const;
  // Each in a slot of its own.
  std::string Receipt(std::string_view recommendation_id) const;
  std::string Answer(std::string_view request_id) const;

 private:
  std::string prefix_;
  std::string organisation_;  // escaped
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_KEY_NAMES_H_
