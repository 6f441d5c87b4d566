// The workers and their two lanes.
#include "service/executor.h"

#include <algorithm>
#include <utility>

namespace cofilter::service {

Executor::Executor(int workers, std::size_t queue)
    : queue_(std::max<std::size_t>(queue, 1)), batch_limit_(std::max(workers - 1, 1)) {
  threads_.reserve(static_cast<std::size_t>(std::max(workers, 1)));
  for (int i = 0; i < std::max(workers, 1); ++i) threads_.emplace_back([this] { Run(); });
}

Executor::~Executor() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Executor::Submit(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    if (calls_.size() >= queue_) return false;
    calls_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

bool Executor::SubmitBatch(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    if (batch_.size() >= queue_) return false;
    batch_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

bool Executor::idle() const {
  std::lock_guard lock(mutex_);
  return running_ == 0 && calls_.empty() && batch_.empty();
}

void Executor::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !calls_.empty() || BatchMayStart(); });
    const bool from_calls = !calls_.empty();
    if (!from_calls && !BatchMayStart()) {
      // Stopping. Batch tasks past the limit are left to the worker that runs one: it looks again
      // when done.
      return;
    }
    auto& lane = from_calls ? calls_ : batch_;
    std::function<void()> task = std::move(lane.front());
    lane.pop_front();
    ++running_;
    if (!from_calls) ++batch_running_;
    lock.unlock();
    task();
    task = nullptr;  // what it captured is released outside the lock
    lock.lock();
    --running_;
    if (!from_calls) {
      --batch_running_;
      if (BatchMayStart()) wake_.notify_one();
    }
  }
}

}  // namespace cofilter::service
