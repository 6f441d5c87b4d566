// What must hold for every list that is served, whatever the day brought.
#ifndef COFILTER_TESTS_END_TO_END_LIST_CHECKS_H_
#define COFILTER_TESTS_END_TO_END_LIST_CHECKS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cofilter/v1/types.pb.h"
#include "data/event.h"
#include "data/item.h"
#include "runtime/clock.h"

namespace cofilter::end_to_end {

// What the test knows of the world: kept from what it sent, never read back from the server.
struct World {
  std::map<std::string, data::Item> items;  // as last upserted
  std::set<std::string> retired;
  std::map<std::string, std::set<std::string>> read;       // member → items with verb read
  std::map<std::string, std::set<std::string>> completed;  // member → items with verb complete

  void Apply(const data::Event& event);
};

// Violations, in words; empty when the list is right.
std::vector<std::string> CheckList(const World& world, const v1::Recommendation& list,
                                   const std::string& member_id, runtime::Time now);

}  // namespace cofilter::end_to_end

#endif  // COFILTER_TESTS_END_TO_END_LIST_CHECKS_H_
