// Sixteen small tables, each under a lock of its own.
#include "service/identity/token_cache.h"

#include <utility>

namespace cofilter::service {

std::shared_ptr<const Caller> TokenCache::Find(const runtime::Sha256Digest& digest,
                                               std::uint64_t generation, runtime::Time now) {
  Shard& shard = ShardOf(digest);
  std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(digest);
  if (found == shard.entries.end() || found->second.generation != generation ||
      now >= found->second.caller->expires_at) {
    return nullptr;
  }
  return found->second.caller;
}

void TokenCache::Insert(const runtime::Sha256Digest& digest, std::uint64_t generation,
                        std::shared_ptr<const Caller> caller) {
  Shard& shard = ShardOf(digest);
  std::lock_guard lock(shard.mutex);
  const auto [place, added] = shard.entries.try_emplace(digest);
  place->second = {generation, std::move(caller)};
  if (!added) return;
  shard.order.push_back(digest);
  if (shard.order.size() <= per_shard_) return;
  shard.entries.erase(shard.order.front());
  shard.order.pop_front();
}

std::size_t TokenCache::size() const {
  std::size_t sum = 0;
  for (const Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    sum += shard.entries.size();
  }
  return sum;
}

}  // namespace cofilter::service
