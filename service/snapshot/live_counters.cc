// A lock around counters, and the pool that is made from them.
#include "service/snapshot/live_counters.h"

#include <chrono>
#include <utility>

#include "models/news_ranker.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kAlwaysFresh = 2000;

}  // namespace

void LiveCounters::Add(ItemKey item, const models::ItemCounts& counts, runtime::Time at,
                       runtime::Time now) {
  std::lock_guard lock(mutex_);
  counters_.Add(item, counts, at, now);
  changed_ = true;
}

void LiveCounters::Read(std::span<const ItemKey> items, runtime::Time now,
                        std::vector<models::ItemCountsByHalfLife>* out) const {
  out->clear();
  std::lock_guard lock(mutex_);
  counters_.Read(items, now, out);
}

std::shared_ptr<const std::vector<ItemKey>> LiveCounters::Pool(runtime::Time now) {
  std::lock_guard lock(mutex_);
  const bool due = counters_.size() <= kAlwaysFresh || now < pooled_at_ ||
                   now - pooled_at_ >= std::chrono::seconds(1);
  if (!changed_ || !due) return pool_;
  std::vector<ItemKey> items;
  models::AppendNewsPool(counters_, &items);
  pool_ = std::make_shared<const std::vector<ItemKey>>(std::move(items));
  pooled_at_ = now;
  changed_ = false;
  return pool_;
}

}  // namespace cofilter::service
