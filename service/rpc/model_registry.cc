// Check, point, follow, audit.
#include "service/rpc/model_registry.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "models/artifact.h"
#include "models/model.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kMaxReportBytes = 2u << 20;

absl::Status CheckRevision(const ModelPointer& pointer, Sequence expected) {
  if (expected == 0 || expected == pointer.revision) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat("etag ", expected, " is not the stored one, ",
                                         pointer.revision, "; list the models again"));
}

}  // namespace

absl::StatusOr<std::vector<std::uint64_t>> ModelRegistry::Versions() const {
  return models::ListArtifacts(directory_);
}

absl::StatusOr<PublishedModel> ModelRegistry::Describe(std::uint64_t version) const {
  absl::StatusOr<models::Manifest> manifest =
      models::ReadManifest(models::ArtifactPath(directory_, version));
  if (absl::IsNotFound(manifest.status())) {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> versions, Versions());
    if (!std::binary_search(versions.begin(), versions.end(), version)) {
      return absl::NotFoundError(
          absl::StrCat("version ", version, " is not among the published models"));
    }
  }
  PublishedModel model;
  model.version = version;
  if (manifest.ok()) {
    model.manifest = *std::move(manifest);
    const ModelServing now = serving();
    if (now.refused_version == version) model.problem = now.refusal;
  } else {
    model.problem = manifest.status();
  }
  return model;
}

absl::StatusOr<std::string> ModelRegistry::Report(std::uint64_t version) const {
  absl::StatusOr<std::string> report =
      runtime::ReadFile(models::ReportPath(directory_, version), kMaxReportBytes);
  if (absl::IsNotFound(report.status())) return std::string();
  return report;
}

absl::Status ModelRegistry::CheckLoadable(std::uint64_t version) const {
  const std::string path = models::ArtifactPath(directory_, version);
  // Loading first: it tells a format that is too new from damage.
  COFILTER_RETURN_IF_ERROR(models::Model::Load(path).status());
  return models::VerifyDigests(path);
}

absl::StatusOr<ModelPointer> ModelRegistry::Promote(const RequestContext& context,
                                                    std::uint64_t version, std::string_view reason,
                                                    Sequence expected_revision,
                                                    bool validate_only) {
  std::lock_guard lock(mutex_);
  COFILTER_ASSIGN_OR_RETURN(const ModelPointer pointer, Pointer());
  COFILTER_RETURN_IF_ERROR(CheckRevision(pointer, expected_revision));
  COFILTER_RETURN_IF_ERROR(CheckLoadable(version));
  if (validate_only) return pointer;
  if (pointer.version == version) {
    // Refused before, and repaired since.
    if (publisher_->model_serving().served_version != version) {
      publisher_->RetryRefusedModel();
      COFILTER_RETURN_IF_ERROR(publisher_->Follow());
    }
    return pointer;
  }
  return Point(context, pointer, version, "models.promote", reason);
}

absl::StatusOr<ModelPointer> ModelRegistry::RollBack(const RequestContext& context,
                                                     std::string_view reason,
                                                     Sequence expected_revision,
                                                     bool validate_only) {
  std::lock_guard lock(mutex_);
  COFILTER_ASSIGN_OR_RETURN(const ModelPointer pointer, Pointer());
  COFILTER_RETURN_IF_ERROR(CheckRevision(pointer, expected_revision));
  if (pointer.previous_version == 0) {
    return absl::FailedPreconditionError(
        "no model was served before this one; there is nothing to roll back to");
  }
  COFILTER_RETURN_IF_ERROR(CheckLoadable(pointer.previous_version));
  if (validate_only) return pointer;
  return Point(context, pointer, pointer.previous_version, "models.roll_back", reason);
}

absl::StatusOr<ModelPointer> ModelRegistry::Point(const RequestContext& context,
                                                  const ModelPointer& from, std::uint64_t version,
                                                  std::string_view action,
                                                  std::string_view reason) {
  COFILTER_ASSIGN_OR_RETURN(
      const ModelPointer pointer,
      store_->model_pointer().Set(version, from.revision, context.caller, reason));
  // It is promoted whatever comes now: the publisher's thread goes on trying, and what a replica
  // serves is shown.
  if (const absl::Status status = publisher_->Follow(); !status.ok()) {
    spdlog::warn("model {} is promoted and not yet in service: {}", version, status.ToString());
  }
  AuditEntry entry;
  entry.at = context.clock->Now();
  entry.actor = context.caller;
  entry.action = std::string(action);
  entry.subject = absl::StrCat("models/", version);
  entry.detail =
      nlohmann::json{{"before", from.version}, {"after", version}, {"reason", std::string(reason)}}
          .dump();
  if (const absl::Status status = store_->audit().Append(entry); !status.ok()) {
    spdlog::error("the audit entry {} of {} could not be written: {}", entry.action, entry.subject,
                  status.ToString());
  }
  return pointer;
}

}  // namespace cofilter::service
