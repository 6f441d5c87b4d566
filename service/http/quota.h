// Counts what connections take together: places, by address, and memory.
#ifndef COFILTER_SERVICE_HTTP_QUOTA_H_
#define COFILTER_SERVICE_HTTP_QUOTA_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace cofilter::service::http {

// Thread-safety: all calls from any thread. Places must not outlive it.
class ConnectionQuota {
 public:
  ConnectionQuota(std::uint32_t total, std::uint32_t per_address)
      : total_(total), per_address_(per_address) {}

  // Given back when it goes away.
  class Place {
   public:
    Place(Place&& other) noexcept
        : quota_(std::exchange(other.quota_, nullptr)), address_(std::move(other.address_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (quota_ != nullptr) quota_->Release(address_);
    }

   private:
    friend class ConnectionQuota;
    Place(ConnectionQuota* quota, std::string address)
        : quota_(quota), address_(std::move(address)) {}
    ConnectionQuota* quota_;
    std::string address_;
  };

  // nullopt: there are too many, in all or from this address.
  std::optional<Place> Take(const std::string& address);
  std::uint32_t taken() const;
  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  void Release(const std::string& address);

  const std::uint32_t total_;
  const std::uint32_t per_address_;
  mutable std::mutex mutex_;
  std::uint32_t taken_ = 0;
  std::map<std::string, std::uint32_t, std::less<>> by_address_;
  std::atomic<std::uint64_t> refused_{0};
};

// Bytes that are held. Thread-safety: all calls from any thread.
class ByteQuota {
 public:
  explicit ByteQuota(std::size_t limit) : limit_(limit) {}

  // One holder's share. Not thread-safe itself. Must not outlive the quota.
  class Share {
   public:
    explicit Share(ByteQuota* quota) : quota_(quota) {}
    ~Share() { quota_->held_.fetch_sub(held_); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    // Holds `bytes` from now on, more or fewer than before. False: there is no room for more, and
    // what was held still is.
    [[nodiscard]] bool Hold(std::size_t bytes);

   private:
    ByteQuota* const quota_;
    std::size_t held_ = 0;
  };

  std::size_t held() const { return held_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> held_{0};
};

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_QUOTA_H_
