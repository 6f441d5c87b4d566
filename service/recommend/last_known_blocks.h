// The blocks that the store told last, for the time when it is away.
#ifndef COFILTER_SERVICE_RECOMMEND_LAST_KNOWN_BLOCKS_H_
#define COFILTER_SERVICE_RECOMMEND_LAST_KNOWN_BLOCKS_H_

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "service/store/keys.h"

namespace cofilter::service {

// Thread-safety: all calls from any thread. Bounded: past 100,000 members with blocks one of them
// goes.
class LastKnownBlocks {
 public:
  // What the store has just said of the member.
  void Note(std::string_view member_id, const std::vector<ItemKey>& blocked);
  // What it said last of the member; of one that nothing is known of, everything that is blocked
  // for anybody: rather too little is shown than something blocked.
  std::vector<ItemKey> Of(std::string_view member_id) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::vector<ItemKey>>
      blocked_;  // an empty list: known to have none
  bool any_ = false;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_LAST_KNOWN_BLOCKS_H_
