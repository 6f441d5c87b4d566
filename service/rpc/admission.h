// Counts the calls in flight and turns away what would be too many, early, with a hint when to come
// back.
#ifndef COFILTER_SERVICE_RPC_ADMISSION_H_
#define COFILTER_SERVICE_RPC_ADMISSION_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace cofilter::service {

// Thread-safety: all calls from any thread. Tickets must not outlive it.
class Admission {
 public:
  // limit ≥ 1: calls that may be in flight together.
  explicit Admission(std::uint32_t limit) : limit_(limit) {}

  // A place among the calls in flight, given back when it goes away.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), since_(other.since_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(admission_, other.admission_);
      std::swap(since_, other.since_);
      return *this;
    }
    ~Ticket() {
      if (admission_ != nullptr) admission_->Release(since_);
    }

   private:
    friend class Admission;
    explicit Ticket(Admission* admission)
        : admission_(admission), since_(std::chrono::steady_clock::now()) {}
    Admission* admission_;
    std::chrono::steady_clock::time_point since_;
  };

  // nullopt: over capacity; counted as shed.
  std::optional<Ticket> Admit();

  std::uint32_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  std::uint32_t limit() const { return limit_; }
  std::uint64_t shed() const { return shed_.load(std::memory_order_relaxed); }
  // How long a caller that was turned away should wait: about as long as calls take now, 10 ms to 2
  // s, spread so that those turned away together do not come back together.
  std::chrono::milliseconds RetryHint() const;

 private:
  void Release(std::chrono::steady_clock::time_point since);

  const std::uint32_t limit_;
  std::atomic<std::uint32_t> in_flight_{0};
  std::atomic<std::uint64_t> shed_{0};
  std::atomic<std::int64_t> smoothed_micros_{0};
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_ADMISSION_H_
