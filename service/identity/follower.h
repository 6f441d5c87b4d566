// Looks after files: one small thread that calls back every second.
#ifndef COFILTER_SERVICE_IDENTITY_FOLLOWER_H_
#define COFILTER_SERVICE_IDENTITY_FOLLOWER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace cofilter::service {

// `look` runs on the follower's thread, from the construction until the destructor returns.
class Follower {
 public:
  explicit Follower(std::function<void()> look)
      : look_(std::move(look)), thread_([this] { Run(); }) {}
  ~Follower() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    // The system's clock, because ThreadSanitizer does not see the other kind of wait.
    while (!wake_.wait_until(lock, std::chrono::system_clock::now() + std::chrono::seconds(1),
                             [this] { return stopping_; })) {
      lock.unlock();
      look_();
      lock.lock();
    }
  }

  const std::function<void()> look_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // the last: it uses the others
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_FOLLOWER_H_
