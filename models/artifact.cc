// Publishing, listing and verifying artifacts.
#include "models/artifact.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "models/arrays_as_views.h"
#include "models/artifact_manifest.h"
#include "models/artifact_version.h"
#include "models/operator_file.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::models {
namespace {

constexpr std::string_view kReportSuffix = ".report.json";

// The numbers of the artifacts; with `all_taken` also those that must not be given again: of
// reports that outlived their artifact, and of whatever else bears a number for a name.
absl::StatusOr<std::vector<std::uint64_t>> VersionsIn(const std::string& models_directory,
                                                      bool all_taken) {
  std::vector<std::uint64_t> versions;
  std::error_code error;
  std::filesystem::directory_iterator entries(models_directory, error);
  if (error == std::errc::no_such_file_or_directory) return versions;
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    std::error_code ignored;
    std::uint64_t version = 0;
    if (all_taken || entries->is_directory(ignored)) version = ArtifactVersionOf(name);
    if (all_taken && name.ends_with(kReportSuffix)) {
      version =
          ArtifactVersionOf(std::string_view(name).substr(0, name.size() - kReportSuffix.size()));
    }
    if (version > 0) versions.push_back(version);
  }
  if (error) {
    return absl::InternalError(
        absl::StrCat("cannot read directory ", models_directory, ": ", error.message()));
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

// Goes away with what is in it, unless it was renamed.
class WorkingDirectory {
 public:
  static absl::StatusOr<std::unique_ptr<WorkingDirectory>> Create(const std::string& parent) {
    auto made = std::make_unique<WorkingDirectory>(
        absl::StrCat(parent, "/.publishing-", runtime::RandomUuid()));
    COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(made->path()));
    return made;
  }
  explicit WorkingDirectory(std::string path) : path_(std::move(path)) {}
  ~WorkingDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

std::string ChecksumHex(std::span<const std::byte> bytes) {
  return absl::StrCat(absl::Hex(runtime::FastChecksum(bytes), absl::kZeroPad16));
}

absl::StatusOr<OperatorRecord> WriteOperator(const std::string& directory,
                                             const OperatorViews& views) {
  OperatorRecord record;
  record.name = views.name;
  record.parameters = views.parameters;
  record.items = views.items();
  record.related = !views.relation.empty();
  record.dim = views.dim;
  record.buckets = views.content.buckets;
  record.members = views.members;
  record.interactions = views.interactions;
  record.facts = views.facts;
  for (const ListBlockView& list : views.lists) record.list_entries.push_back(list.targets.size());
  const std::string path = absl::StrCat(directory, "/", record.file());
  COFILTER_RETURN_IF_ERROR(WriteOperatorFile(path, views));
  COFILTER_ASSIGN_OR_RETURN(const runtime::MappedFile file, runtime::MappedFile::Open(path));
  record.bytes = file.bytes().size();
  record.sha256 = runtime::Hex(runtime::Sha256(file.bytes()));
  record.xxh3 = ChecksumHex(file.bytes());
  return record;
}

}  // namespace

absl::StatusOr<std::uint64_t> PublishArtifact(const std::string& models_directory,
                                              const ArtifactDescription& description,
                                              const std::vector<OperatorArrays>& operators) {
  // All is checked before anything is written.
  std::vector<FlatIds> ids;
  ids.reserve(operators.size());
  std::vector<OperatorViews> views;
  for (const OperatorArrays& arrays : operators) {
    ids.emplace_back(arrays.item_ids);
    views.push_back(ViewsOf(arrays, ids.back()));
    const absl::Status checked = CheckViews(views.back());
    if (!checked.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("operator ", arrays.name, ": ", std::string(checked.message())));
    }
  }

  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(models_directory));
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<WorkingDirectory> working,
                            WorkingDirectory::Create(models_directory));
  Manifest manifest;
  manifest.description = description;
  for (const OperatorViews& each : views) {
    COFILTER_ASSIGN_OR_RETURN(OperatorRecord record, WriteOperator(working->path(), each));
    manifest.operators.push_back(std::move(record));
  }
  COFILTER_ASSIGN_OR_RETURN(const std::string text, WriteManifest(manifest));
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(
      absl::StrCat(working->path(), "/", std::string(kManifestName)), text));

  // Somebody else may take the number between the look and the rename.
  while (true) {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> taken,
                              VersionsIn(models_directory, /*all_taken=*/true));
    const std::uint64_t version = taken.empty() ? 1 : taken.back() + 1;
    const absl::Status published =
        runtime::PublishDirectory(working->path(), ArtifactPath(models_directory, version));
    if (published.ok()) return version;
    if (!absl::IsAlreadyExists(published)) return published;
  }
}

absl::StatusOr<std::vector<std::uint64_t>> ListArtifacts(const std::string& models_directory) {
  return VersionsIn(models_directory, /*all_taken=*/false);
}

std::string ArtifactPath(const std::string& models_directory, std::uint64_t version) {
  return absl::StrCat(models_directory, "/", version);
}

std::string ReportPath(const std::string& models_directory, std::uint64_t version) {
  return absl::StrCat(models_directory, "/", version, std::string(kReportSuffix));
}

absl::Status VerifyDigests(const std::string& artifact_directory) {
  COFILTER_ASSIGN_OR_RETURN(const Manifest manifest, ReadManifest(artifact_directory));
  for (const OperatorRecord& record : manifest.operators) {
    const std::string path = absl::StrCat(artifact_directory, "/", record.file());
    COFILTER_ASSIGN_OR_RETURN(const runtime::MappedFile file, runtime::MappedFile::Open(path));
    const std::string found = runtime::Hex(runtime::Sha256(file.bytes()));
    if (found != record.sha256) {
      return absl::DataLossError(
          absl::StrCat(path, " has SHA-256 ", found, "; the manifest says ", record.sha256));
    }
  }
  return absl::OkStatus();
}

}  // namespace cofilter::models
