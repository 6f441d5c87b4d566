// The models on disk and the pointer to the one in service, as ModelService shows and changes them.
#ifndef COFILTER_SERVICE_RPC_MODEL_REGISTRY_H_
#define COFILTER_SERVICE_RPC_MODEL_REGISTRY_H_

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "models/artifact_manifest.h"
#include "service/request_context.h"
#include "service/snapshot/snapshot_publisher.h"
#include "service/store/store.h"

namespace cofilter::service {

// A published model as far as its manifest says.
struct PublishedModel {
  std::uint64_t version = 0;
  models::Manifest manifest;  // empty with a problem that is the manifest's
  absl::Status problem;       // why it cannot be served, as far as is known
};

// Thread-safety: all calls from any thread; changes wait for one another and for the disk.
class ModelRegistry {
 public:
  // All outlive it.
  ModelRegistry(std::string models_directory, Store* store, SnapshotPublisher* publisher)
      : directory_(std::move(models_directory)), store_(store), publisher_(publisher) {}

  // Ascending. Errors: INTERNAL.
  absl::StatusOr<std::vector<std::uint64_t>> Versions() const;
  // Errors: NOT_FOUND when there is no directory of that number.
  absl::StatusOr<PublishedModel> Describe(std::uint64_t version) const;
  // The report as text; empty: none. Errors: INTERNAL, OUT_OF_RANGE past 2 MiB (a message holds 4).
  absl::StatusOr<std::string> Report(std::uint64_t version) const;

  absl::StatusOr<ModelPointer> Pointer() const { return store_->model_pointer().Get(); }
  ModelServing serving() const { return publisher_->model_serving(); }

  // Checks every digest, loads the model, moves the pointer, has it served, and writes an audit
  // entry. Of the version that the pointer names already: changes nothing. expected_revision 0:
  // any. Returns the pointer. Errors: NOT_FOUND, DATA_LOSS, FAILED_PRECONDITION of the artifact;
  // ABORTED; UNAVAILABLE. The pointer then stays.
  absl::StatusOr<ModelPointer> Promote(const RequestContext& context, std::uint64_t version,
                                       std::string_view reason, Sequence expected_revision,
                                       bool validate_only);
  // The same for the version before. Errors: also FAILED_PRECONDITION when there is none.
  absl::StatusOr<ModelPointer> RollBack(const RequestContext& context, std::string_view reason,
                                        Sequence expected_revision, bool validate_only);

 private:
  absl::Status CheckLoadable(std::uint64_t version) const;
  absl::StatusOr<ModelPointer> Point(const RequestContext& context, const ModelPointer& from,
                                     std::uint64_t version, std::string_view action,
                                     std::string_view reason);

  const std::string directory_;
  Store* const store_;
  SnapshotPublisher* const publisher_;
  std::mutex mutex_;  // one change at a time
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_MODEL_REGISTRY_H_
