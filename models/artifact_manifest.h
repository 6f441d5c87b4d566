// manifest.json of an artifact: what it holds, of what it was made, and the digests of its files.
#ifndef COFILTER_MODELS_ARTIFACT_MANIFEST_H_
#define COFILTER_MODELS_ARTIFACT_MANIFEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "models/artifact.h"
#include "models/operator_parameters.h"
#include "models/training_facts.h"

namespace cofilter::models {

inline constexpr std::size_t kMaxManifestBytes = 1u << 20;
inline constexpr std::string_view kManifestName = "manifest.json";

// One operator and its file, "<name>.operator". Digests are lower-case hexadecimal.
struct OperatorRecord {
  std::string name;
  OperatorParameters parameters;
  std::uint64_t items = 0;
  std::uint64_t dim = 0;
  std::uint64_t buckets = 0;
  bool related =
      false;  // what is new goes by a content relation (feature version 2), not by the map
  std::uint64_t members = 0;
  std::uint64_t interactions = 0;
  TrainingFacts facts;
  std::vector<std::uint64_t> list_entries;  // one for each of parameters.lists
  std::uint64_t bytes = 0;
  std::string sha256;
  std::string xxh3;

  std::string file() const { return name + ".operator"; }
};

struct Manifest {
  ArtifactDescription description;
  std::vector<OperatorRecord> operators;
};

// The text ends with a checksum of all before it. Equal manifests give equal text.
// Errors: INVALID_ARGUMENT when the manifest could not be read back (a text that is not UTF-8,
// say).
absl::StatusOr<std::string> WriteManifest(const Manifest& manifest);

// Trusts nothing: the checksum, every type and range, the parameters, the operators' names.
// Errors: FAILED_PRECONDITION when the format is newer (says both versions); DATA_LOSS that names
// the entry.
absl::StatusOr<Manifest> ParseManifest(std::string_view text);

// Reads and parses the manifest of a directory; messages name the file. Errors: NOT_FOUND too.
absl::StatusOr<Manifest> ReadManifest(const std::string& artifact_directory);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_ARTIFACT_MANIFEST_H_
