// Remembers tokens that were found good, so that a signature is checked once and not at every call.
#ifndef COFILTER_SERVICE_IDENTITY_TOKEN_CACHE_H_
#define COFILTER_SERVICE_IDENTITY_TOKEN_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "runtime/clock.h"
#include "runtime/digest.h"
#include "service/identity/caller.h"

namespace cofilter::service {

// Keyed by the SHA-256 of the token, so that no token lies in memory. An entry is good until its
// token expires and as long as the keys are those it was checked with. The oldest entry makes room.
// Thread-safety: all calls from any thread.
class TokenCache {
 public:
  // capacity ≥ 1.
  explicit TokenCache(std::size_t capacity)
      : per_shard_(capacity / kShards > 0 ? capacity / kShards : 1) {}

  // nullptr: not there, expired at `now`, or checked with other keys than those of `generation`.
  std::shared_ptr<const Caller> Find(const runtime::Sha256Digest& digest, std::uint64_t generation,
                                     runtime::Time now);
  void Insert(const runtime::Sha256Digest& digest, std::uint64_t generation,
              std::shared_ptr<const Caller> caller);
  std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 16;

  struct Hash {
    std::size_t operator()(const runtime::Sha256Digest& digest) const {
      std::size_t value = 0;
      std::memcpy(&value, digest.data(), sizeof value);
      return value;
    }
  };
  struct Entry {
    std::uint64_t generation = 0;
    std::shared_ptr<const Caller> caller;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<runtime::Sha256Digest, Entry, Hash> entries;
    std::deque<runtime::Sha256Digest> order;  // of insertion; each entry once
  };

  Shard& ShardOf(const runtime::Sha256Digest& digest) { return shards_[digest.back() % kShards]; }

  const std::size_t per_shard_;
  std::array<Shard, kShards> shards_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_TOKEN_CACHE_H_
