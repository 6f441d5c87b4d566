// The workers and their three lanes.
#include "service/executor.h"

#include <algorithm>
#include <utility>

namespace cofilter::service {
namespace {

constexpr unsigned kTurnsBetweenGuests = 3;

}  // namespace

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

bool Executor::Push(Lane* lane, std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    if (lane->size() >= queue_) return false;
    lane->push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

bool Executor::Submit(std::function<void()> task) { return Push(&calls_, std::move(task)); }
bool Executor::SubmitGuest(std::function<void()> task) { return Push(&guests_, std::move(task)); }
bool Executor::SubmitBatch(std::function<void()> task) { return Push(&batch_, std::move(task)); }

bool Executor::idle() const {
  std::lock_guard lock(mutex_);
  return running_ == 0 && calls_.empty() && guests_.empty() && batch_.empty();
}

Executor::Lane* Executor::Next() {
  if (!guests_.empty() && (calls_.empty() || turns_since_guest_ >= kTurnsBetweenGuests)) {
    turns_since_guest_ = 0;
    return &guests_;
  }
  if (!calls_.empty()) {
    ++turns_since_guest_;
    return &calls_;
  }
  return BatchMayStart() ? &batch_ : nullptr;
}

void Executor::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] {
      return stopping_ || !calls_.empty() || !guests_.empty() || BatchMayStart();
    });
    Lane* const lane = Next();
    // Stopping. Batch tasks past the limit are left to the worker that runs one: it looks again
    // when done.
    if (lane == nullptr) return;
    const bool from_batch = lane == &batch_;
    std::function<void()> task = std::move(lane->front());
    lane->pop_front();
    ++running_;
    if (from_batch) ++batch_running_;
    lock.unlock();
    task();
    task = nullptr;  // what it captured is released outside the lock
    lock.lock();
    --running_;
    if (from_batch) {
      --batch_running_;
      if (BatchMayStart()) wake_.notify_one();
    }
  }
}

}  // namespace cofilter::service
