// Loads the artifact that the pointer names.
#include "service/snapshot/model_follower.h"

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "models/artifact.h"

namespace cofilter::service {

std::shared_ptr<const models::Model> ModelFollower::Next(const ModelPointer& pointer) {
  bool said_before = false;
  {
    std::lock_guard lock(mutex_);
    serving_.pointer = pointer;
    if (pointer.version == 0 || pointer.version == serving_.served_version) return nullptr;
    if (serving_.refused_version == pointer.version && refused_revision_ == pointer.revision) {
      if (!absl::IsNotFound(serving_.refusal)) return nullptr;
      said_before = true;
    }
  }
  absl::StatusOr<std::shared_ptr<const models::Model>> model =
      models::Model::Load(models::ArtifactPath(directory_, pointer.version));
  if (model.ok()) return *std::move(model);

  std::lock_guard lock(mutex_);
  serving_.refused_version = pointer.version;
  serving_.refusal = model.status();
  refused_revision_ = pointer.revision;
  if (said_before) return nullptr;
  ++serving_.refused;
  spdlog::warn("model {} is refused, {} stays in service: {}", pointer.version,
               serving_.served_version == 0 ? std::string("none")
                                            : absl::StrCat("model ", serving_.served_version),
               model.status().ToString());
  return nullptr;
}

void ModelFollower::Serves(std::uint64_t version) {
  std::lock_guard lock(mutex_);
  serving_.served_version = version;
  serving_.served_since = clock_->Now();
  serving_.refused_version = 0;
  serving_.refusal = absl::OkStatus();
  ++serving_.loaded;
  spdlog::info("model {} is in service", version);
}

ModelServing ModelFollower::serving() const {
  std::lock_guard lock(mutex_);
  return serving_;
}

}  // namespace cofilter::service
