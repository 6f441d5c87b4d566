// Workers over one queue; a parallel loop hands out blocks by an atomic counter.
#include "runtime/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace cofilter::runtime {

ThreadPool::ThreadPool(int threads) {
  workers_.reserve(static_cast<std::size_t>(std::max(threads, 1)));
  for (int i = 0; i < std::max(threads, 1); ++i) workers_.emplace_back([this] { Run(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::Submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void ThreadPool::Run() {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

void ThreadPool::ParallelFor(
    std::size_t count, std::size_t block_size,
    const std::function<void(std::size_t block, std::size_t begin, std::size_t end)>& body) {
  const std::size_t size = std::max<std::size_t>(block_size, 1);
  const std::size_t blocks = count / size + (count % size != 0 ? 1 : 0);
  if (blocks == 0) return;
  // Shared: a worker that is late may look at it after the caller has gone on.
  struct Loop {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::condition_variable done;
    std::size_t finished = 0;
  };
  const auto loop = std::make_shared<Loop>();
  const auto work = [loop, blocks, size, count, &body] {
    std::size_t finished = 0;
    for (std::size_t block; (block = loop->next.fetch_add(1)) < blocks; ++finished) {
      body(block, block * size, std::min(count, (block + 1) * size));
    }
    if (finished == 0) return;
    const std::lock_guard lock(loop->mutex);
    loop->finished += finished;
    if (loop->finished == blocks) loop->done.notify_all();
  };
  const std::size_t helpers = std::min(blocks, workers_.size());
  for (std::size_t i = 0; i < helpers; ++i) Submit(work);
  std::unique_lock lock(loop->mutex);
  loop->done.wait(lock, [&] { return loop->finished == blocks; });
}

}  // namespace cofilter::runtime
