// The two counters.
#include "service/http/quota.h"

namespace cofilter::service::http {

std::optional<ConnectionQuota::Place> ConnectionQuota::Take(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(address);
  if (taken_ >= total_ || (found != by_address_.end() && found->second >= per_address_)) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  ++taken_;
  ++by_address_[address];
  return Place(this, address);
}

void ConnectionQuota::Release(const std::string& address) {
  const std::lock_guard lock(mutex_);
  --taken_;
  const auto found = by_address_.find(address);
  if (--found->second == 0) by_address_.erase(found);
}

std::uint32_t ConnectionQuota::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

bool ByteQuota::Share::Hold(std::size_t bytes) {
  if (bytes > held_) {
    const std::size_t more = bytes - held_;
    if (quota_->held_.fetch_add(more) + more > quota_->limit_) {
      quota_->held_.fetch_sub(more);
      return false;
    }
  } else {
    quota_->held_.fetch_sub(held_ - bytes);
  }
  held_ = bytes;
  return true;
}

}  // namespace cofilter::service::http
