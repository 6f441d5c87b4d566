// What every test of a store needs: a store of some kind in a directory of its own, and short ways
// to use it.
#ifndef COFILTER_TESTS_SERVICE_STORE_STORE_FIXTURE_H_
#define COFILTER_TESTS_SERVICE_STORE_STORE_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/event.h"
#include "data/item.h"
#include "runtime/clock.h"
#include "service/store/store.h"

namespace cofilter::service {

// One implementation of the store. A second Open of the same directory, after the first store is
// gone, finds what the first has written.
struct StoreFactory {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<Store>>(
      const std::string& directory, const std::string& organisation, const runtime::Clock& clock)>
      open;
};
StoreFactory SqliteFactory();
// Each directory has keys of its own in one redis-server that syncs every write, started for this
// program.
StoreFactory RedisFactory();

// What the contract tests of this program run with.
std::vector<StoreFactory> StoreFactories();

// Minutes after 2026-01-01T00:00:00Z.
runtime::Time At(int minutes);

// A valid event of member "ann" on item "i1" at At(0).
struct EventParts {
  std::string id;
  std::string member = "ann";
  std::string item = "i1";
  data::Verb verb = data::Verb::kRead;
  int minute = 0;
  std::string retracts = {};
};
data::Event MakeEvent(const EventParts& parts);
data::Item MakeItem(const std::string& item_id, const std::string& title);

// Records and waits.
absl::StatusOr<RecordOutcome> Record(Store& store, std::vector<data::Event> events);
// "i1:read,open@0-5" for each item of the member, by item id: verbs, first and last minute.
std::vector<std::string> Describe(Store& store, const std::string& member_id);
// The id of a key, "" when there is none.
std::string ItemId(Store& store, ItemKey key);

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_STORE_STORE_FIXTURE_H_
