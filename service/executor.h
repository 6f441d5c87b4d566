// Runs the work of calls on a fixed set of threads, apart from the threads that move bytes.
#ifndef COFILTER_SERVICE_EXECUTOR_H_
#define COFILTER_SERVICE_EXECUTOR_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cofilter::service {

// Three lanes. Calls go first, in the order in which they came. Guests are calls of a door that
// strangers can flood: while calls wait, guests get one turn in four, and all turns otherwise, so
// that a call waits for few of them however many there are. Batch work (lists for many members) is
// cut into small tasks by whoever submits it; a task runs when neither waits, and with two or more
// workers one of them is always kept free of batch work. Thread-safety: all calls from any thread.
// A task must not wait for another task.
class Executor {
 public:
  // workers ≥ 1; queue: tasks that may wait in each lane, ≥ 1.
  Executor(int workers, std::size_t queue);
  // Runs what was submitted, then stops.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  int workers() const { return static_cast<int>(threads_.size()); }
  // False: the lane is full, the task was not taken.
  [[nodiscard]] bool Submit(std::function<void()> task);
  [[nodiscard]] bool SubmitGuest(std::function<void()> task);
  [[nodiscard]] bool SubmitBatch(std::function<void()> task);
  // Nothing runs and nothing waits at this moment.
  bool idle() const;

 private:
  using Lane = std::deque<std::function<void()>>;
  bool Push(Lane* lane, std::function<void()> task);
  void Run();
  // Whose turn it is; nullptr: nothing may start.
  Lane* Next();
  bool BatchMayStart() const { return !batch_.empty() && batch_running_ < batch_limit_; }

  const std::size_t queue_;
  const int batch_limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Lane calls_;
  Lane guests_;
  Lane batch_;
  unsigned turns_since_guest_ = 0;
  int running_ = 0;
  int batch_running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_EXECUTOR_H_
