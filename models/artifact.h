// The artifact: a directory, numbered, that holds one trained model; written once, never changed.
// docs/formats/artifact.md gives the bytes.
#ifndef COFILTER_MODELS_ARTIFACT_H_
#define COFILTER_MODELS_ARTIFACT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "models/operator_arrays.h"
#include "runtime/clock.h"

namespace cofilter::models {

// What is written, and the oldest that is read.
inline constexpr std::uint32_t kArtifactFormatVersion = 2;
inline constexpr std::uint32_t kOldestArtifactFormat = 1;

// What a manifest says beyond the operators themselves.
struct ArtifactDescription {
  runtime::Time data_cutoff{};  // the latest event that was read
  std::uint64_t events = 0;     // that were read
  std::uint64_t seed = 0;
  std::string tool_version;
};

// Writes `arrays` under models_directory and renames it to the next free number, which it returns.
// Equal input gives equal bytes. Errors: INVALID_ARGUMENT when the arrays do not hold together;
// INTERNAL.
absl::StatusOr<std::uint64_t> PublishArtifact(const std::string& models_directory,
                                              const ArtifactDescription& description,
                                              const std::vector<OperatorArrays>& operators);

// Published versions, ascending. Names that are not numbers are passed over.
absl::StatusOr<std::vector<std::uint64_t>> ListArtifacts(const std::string& models_directory);

std::string ArtifactPath(const std::string& models_directory, std::uint64_t version);
// The report lies beside the artifact: "<models>/<version>.report.json".
std::string ReportPath(const std::string& models_directory, std::uint64_t version);

// Recomputes the SHA-256 of every file against the manifest. Slower than loading; for publishing
// and tools.
absl::Status VerifyDigests(const std::string& artifact_directory);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_ARTIFACT_H_
