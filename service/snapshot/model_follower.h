// Decides which artifact to load, loads it beside the one in service, and remembers why one was
// refused.
#ifndef COFILTER_SERVICE_SNAPSHOT_MODEL_FOLLOWER_H_
#define COFILTER_SERVICE_SNAPSHOT_MODEL_FOLLOWER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "models/model.h"
#include "runtime/clock.h"
#include "service/store/store.h"

namespace cofilter::service {

struct ModelServing {
  ModelPointer pointer;              // what should be served
  std::uint64_t served_version = 0;  // what is; 0: none
  runtime::Time served_since{};
  std::uint64_t refused_version =
      0;                 // the last one that could not be loaded; 0: none since the last good one
  absl::Status refusal;  // why
  std::uint64_t loaded = 0;  // counts
  std::uint64_t refused = 0;
};

// Thread-safety: serving from any thread; Next and Serves from one thread at a time.
class ModelFollower {
 public:
  ModelFollower(std::string models_directory, const runtime::Clock* clock)
      : directory_(std::move(models_directory)), clock_(clock) {}

  // The model to put into service next, or nullptr: nothing new, or refused. One that was refused
  // is tried again when the pointer moves, or when it was not there.
  // While nothing is in service yet, the version before a refused one is taken: a restart does not
  // lose the last good model.
  std::shared_ptr<const models::Model> Next(const ModelPointer& pointer);
  // It is in service now.
  void Serves(std::uint64_t version);

  // Forgets a refusal: the artifact may have been repaired. From any thread.
  void TryAgain() { refused_revision_ = 0; }

  ModelServing serving() const;

 private:
  absl::StatusOr<std::shared_ptr<const models::Model>> Load(std::uint64_t version) const;
  void Refuse(const ModelPointer& pointer, const absl::Status& reason, bool said_before);

  const std::string directory_;
  const runtime::Clock* const clock_;
  mutable std::mutex mutex_;
  ModelServing serving_;
  std::atomic<Sequence> refused_revision_{0};
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_MODEL_FOLLOWER_H_
