// A fixed set of workers, for tasks and for loops whose result must not depend on how many workers
// there are.
#ifndef COFILTER_RUNTIME_THREAD_POOL_H_
#define COFILTER_RUNTIME_THREAD_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cofilter::runtime {

// Thread-safety: all calls from any thread, except ParallelFor from inside a task of the same pool.
class ThreadPool {
 public:
  // threads ≥ 1.
  explicit ThreadPool(int threads);
  // Runs what was submitted, then stops.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()); }
  void Submit(std::function<void()> task);

  // Calls body(block, begin, end) for [0, count) cut into blocks of `block_size` (the last may be
  // shorter), and returns when all are done. The cut depends on count and block_size alone, never
  // on the number of workers, so a body that writes only its own block, or its own partial result
  // to be added up in block order, gives the same bits on any number of workers. Blocks start in
  // order.
  void ParallelFor(
      std::size_t count, std::size_t block_size,
      const std::function<void(std::size_t block, std::size_t begin, std::size_t end)>& body);

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace cofilter::runtime

#endif  // COFILTER_RUNTIME_THREAD_POOL_H_
