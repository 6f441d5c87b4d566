// Remembers blocks by member.
#include "service/recommend/last_known_blocks.h"

#include <algorithm>

namespace cofilter::service {

void LastKnownBlocks::Note(std::string_view member_id, const std::vector<ItemKey>& blocked) {
  constexpr std::size_t kMaxMembers = 100'000;
  std::lock_guard lock(mutex_);
  if (blocked.empty() && !any_) return;  // no block anywhere: nothing to remember
  any_ = true;
  if (blocked_.size() >= kMaxMembers) blocked_.erase(blocked_.begin());
  blocked_.insert_or_assign(std::string(member_id), blocked);
}

std::vector<ItemKey> LastKnownBlocks::Of(std::string_view member_id) const {
  std::lock_guard lock(mutex_);
  const auto found = blocked_.find(std::string(member_id));
  if (found != blocked_.end()) return found->second;
  std::vector<ItemKey> all;
  for (const auto& [member, blocked] : blocked_)
    all.insert(all.end(), blocked.begin(), blocked.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace cofilter::service
