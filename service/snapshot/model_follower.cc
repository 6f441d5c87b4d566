// Loads the artifact that the pointer names.
#include "service/snapshot/model_follower.h"

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "models/artifact.h"

namespace cofilter::service {

absl::StatusOr<std::shared_ptr<const models::Model>> ModelFollower::Load(
    std::uint64_t version) const {
  return models::Model::Load(models::ArtifactPath(directory_, version));
}

std::shared_ptr<const models::Model> ModelFollower::Next(const ModelPointer& pointer) {
  bool said_before = false;
  bool none_serves = false;
  {
    std::lock_guard lock(mutex_);
    serving_.pointer = pointer;
    none_serves = serving_.served_version == 0;
    if (pointer.version == 0 || pointer.version == serving_.served_version) return nullptr;
    if (serving_.refused_version == pointer.version && refused_revision_ == pointer.revision) {
      if (!absl::IsNotFound(serving_.refusal)) return nullptr;
      said_before = true;
    }
  }
  absl::StatusOr<std::shared_ptr<const models::Model>> model = Load(pointer.version);
  if (model.ok()) return *std::move(model);
  Refuse(pointer, model.status(), said_before);
  if (!none_serves || pointer.previous_version == 0) return nullptr;
  model = Load(pointer.previous_version);
  return model.ok() ? *std::move(model) : nullptr;
}

void ModelFollower::Refuse(const ModelPointer& pointer, const absl::Status& reason,
                           bool said_before) {
  std::lock_guard lock(mutex_);
  serving_.refused_version = pointer.version;
  serving_.refusal = reason;
  refused_revision_ = pointer.revision;
  if (said_before) return;
  ++serving_.refused;
  const std::string stays =
      serving_.served_version == 0 ? "none" : absl::StrCat("model ", serving_.served_version);
  spdlog::warn("model {} is refused, {} stays in service: {}", pointer.version, stays,
               reason.ToString());
}

void ModelFollower::Serves(std::uint64_t version) {
  std::lock_guard lock(mutex_);
  serving_.served_version = version;
  serving_.served_since = clock_->Now();
  if (version == serving_.pointer.version) {
    serving_.refused_version = 0;
    serving_.refusal = absl::OkStatus();
  }
  ++serving_.loaded;
  spdlog::info("model {} is in service", version);
}

ModelServing ModelFollower::serving() const {
  std::lock_guard lock(mutex_);
  return serving_;
}

}  // namespace cofilter::service
