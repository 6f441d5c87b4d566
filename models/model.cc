// Loading an artifact: every check before the first use.
#include "models/model.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "models/artifact_manifest.h"
#include "models/artifact_version.h"
#include "models/linear_operator.h"
#include "models/operator_file.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::models {
namespace {

class LoadedModel final : public Model {
 public:
  LoadedModel(std::uint64_t version, ArtifactDescription description,
              std::vector<std::unique_ptr<const Operator>> operators)
      : version_(version), description_(std::move(description)), operators_(std::move(operators)) {}

  std::uint64_t version() const override { return version_; }
  const ArtifactDescription& description() const override { return description_; }
  std::span<const std::unique_ptr<const Operator>> operators() const override { return operators_; }
  const Operator* FindOperator(std::string_view name) const override {
    for (const auto& each : operators_) {
      if (each->name() == name) return each.get();
    }
    return nullptr;
  }

 private:
  const std::uint64_t version_;
  const ArtifactDescription description_;
  const std::vector<std::unique_ptr<const Operator>> operators_;
};

std::uint64_t VersionOf(const std::string& directory) {
  const std::filesystem::path path(directory);
  return ArtifactVersionOf((path.has_filename() ? path : path.parent_path()).filename().string());
}

// That the file is the one which the manifest describes.
absl::Status CheckAgainstRecord(const OperatorViews& views, const OperatorRecord& record) {
  bool same = views.degrees.size() == record.items && views.dim == record.dim &&
              views.content.buckets == record.buckets &&
              views.relation.empty() == !record.related && views.members == record.members &&
              views.interactions == record.interactions &&
              views.lists.size() == record.list_entries.size();
  for (std::size_t b = 0; same && b < views.lists.size(); ++b) {
    same = views.lists[b].targets.size() == record.list_entries[b];
  }
  return same ? absl::OkStatus() : absl::DataLossError("has other counts than the manifest says");
}

absl::StatusOr<std::unique_ptr<const Operator>> LoadOperator(const std::string& path,
                                                             const OperatorRecord& record) {
  COFILTER_ASSIGN_OR_RETURN(runtime::MappedFile mapped, runtime::MappedFile::Open(path));
  const auto file = std::make_shared<const runtime::MappedFile>(std::move(mapped));
  if (file->bytes().size() != record.bytes) {
    return absl::DataLossError(
        absl::StrCat("is ", file->bytes().size(), " bytes long; the manifest says ", record.bytes));
  }
  // Before the checksum of the whole, as this one can name the section.
  COFILTER_ASSIGN_OR_RETURN(OperatorViews views, ReadOperatorFile(file->bytes()));
  if (absl::StrCat(absl::Hex(runtime::FastChecksum(file->bytes()), absl::kZeroPad16)) !=
      record.xxh3) {
    return absl::DataLossError("is not the file that the manifest describes: checksums differ");
  }
  COFILTER_RETURN_IF_ERROR(CheckAgainstRecord(views, record));
  views.name = record.name;
  views.parameters = record.parameters;
  views.facts = record.facts;
  return LinearOperator::Create(std::move(views), file);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Model>> Model::Load(const std::string& artifact_directory) {
  COFILTER_ASSIGN_OR_RETURN(Manifest manifest, ReadManifest(artifact_directory));
  std::vector<std::unique_ptr<const Operator>> operators;
  for (const OperatorRecord& record : manifest.operators) {
    const std::string path = absl::StrCat(artifact_directory, "/", record.file());
    absl::StatusOr<std::unique_ptr<const Operator>> loaded = LoadOperator(path, record);
    if (!loaded.ok()) {
      // A file that is missing, or numbers that do not hold together, are faults of the artifact.
      const bool too_new = absl::IsFailedPrecondition(loaded.status());
      return absl::Status(
          too_new ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kDataLoss,
          absl::StrCat(path, ": ", std::string(loaded.status().message())));
    }
    operators.push_back(*std::move(loaded));
  }
  return std::make_shared<const LoadedModel>(VersionOf(artifact_directory),
                                             std::move(manifest.description), std::move(operators));
}

}  // namespace cofilter::models
