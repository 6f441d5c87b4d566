// Follows the store and publishes the next snapshot whenever the catalogue, the rules, the model
// pointer or the hour has moved.
#ifndef COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_PUBLISHER_H_
#define COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_PUBLISHER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "runtime/clock.h"
#include "service/snapshot/model_follower.h"
#include "service/snapshot/snapshot_builder.h"
#include "service/snapshot/snapshot_holder.h"
#include "service/store/store.h"

namespace cofilter::service {

struct PublisherOptions {
  // Changes by this process are followed at once; those of other processes are found by asking,
  // this often.
  std::chrono::milliseconds poll_interval{200};
  // false: nothing happens but by CatchUp, Follow and the holder's At; for tests.
  bool run_thread = true;
  // Of the event log, counted at the start.
  std::size_t warm_up_events = 500'000;
};

struct PublisherStats {
  std::uint64_t snapshots = 0;  // published
  std::uint64_t models_loaded = 0;
  std::uint64_t models_refused = 0;
  std::uint64_t failed_polls = 0;  // the store was away
};

// Ownership: store, clock and holder are the caller's and outlive the publisher.
// Thread-safety: all calls from any thread.
class SnapshotPublisher {
 public:
  // Loads the catalogue, the rules and the model that the pointer names, warms the counters,
  // publishes, and then follows. A store that is away, or a model that is refused, is no error
  // here: what there is is served, and the thread keeps trying.
  static std::unique_ptr<SnapshotPublisher> Start(std::shared_ptr<const ServerConfig> config,
                                                  Store* store, const runtime::Clock* clock,
                                                  SnapshotHolder* holder,
                                                  PublisherOptions options = {});
  ~SnapshotPublisher();
  SnapshotPublisher(const SnapshotPublisher&) = delete;
  SnapshotPublisher& operator=(const SnapshotPublisher&) = delete;

  // After OK the next call is served with every catalogue change up to `revision`: what UpsertItem
  // waits for. Works in the caller's thread. Errors: those of the store; UNAVAILABLE when the store
  // has not got there.
  absl::Status CatchUp(Sequence revision);
  // Follows everything once, the model pointer included, in the caller's thread. Errors: those of
  // the store.
  absl::Status Follow();

  // Goes over to that configuration in one step: a call sees all of it or nothing. The counters go
  // on, or, where what they count has changed, are made anew from the log; an event recorded in
  // that very moment may then be missing among what trends. Not for what CheckReload refuses.
  void SetConfig(std::shared_ptr<const ServerConfig> config);

  // A model that was refused is loaded again by the next Follow.
  void RetryRefusedModel() { model_.TryAgain(); }
  // What should be served, what is, and why not.
  ModelServing model_serving() const { return model_.serving(); }
  PublisherStats stats() const;

 private:
  SnapshotPublisher(std::shared_ptr<const ServerConfig> config, Store* store,
                    const runtime::Clock* clock, SnapshotHolder* holder, PublisherOptions options);

  absl::Status Load();
  absl::Status FollowItems();  // under read_mutex_
  absl::Status FollowKeys(ItemKey key);
  absl::Status FollowChanges();
  // Counts what other processes recorded; what this one records is counted as it is acknowledged.
  absl::Status FollowEvents();
  absl::Status FollowModel();
  void Refresh(runtime::Time now, ItemKey key);
  void Publish();  // under apply_mutex_
  void Run();
  void Wake();

  std::shared_ptr<const ServerConfig> config_;  // under follow_mutex_
  Store* const store_;
  const runtime::Clock* const clock_;
  SnapshotHolder* const holder_;
  const PublisherOptions options_;
  std::shared_ptr<Counters> counters_;  // under follow_mutex_

  // Order of locking: follow, read, apply. Nothing is read from the store under apply_mutex_.
  std::mutex follow_mutex_;  // one loader and one follower of rules, members and the pointer
  std::mutex read_mutex_;    // one reader of catalogue changes
  std::mutex apply_mutex_;   // the builder
  SnapshotBuilder builder_;
  ModelFollower model_;
  std::atomic<bool> loaded_{false};
  Sequence last_change_ = 0;  // under follow_mutex_
  Sequence last_event_ = 0;   // under follow_mutex_: the counters hold the log up to here

  std::atomic<std::uint64_t> snapshots_{0};
  std::atomic<std::uint64_t> failed_polls_{0};

  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_PUBLISHER_H_
