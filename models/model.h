// A model in memory: the operators of one artifact, memory-mapped and checked.
#ifndef COFILTER_MODELS_MODEL_H_
#define COFILTER_MODELS_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "models/artifact.h"
#include "models/operator.h"

namespace cofilter::models {

// Thread-safety: immutable.
class Model {
 public:
  // Maps and checks: format version, structure, bounds, fast checksums, finite numbers.
  // Errors: NOT_FOUND; FAILED_PRECONDITION when the format is newer than this program (says both
  // versions); DATA_LOSS when something is cut short, altered or does not hold together (says the
  // file and what).
  static absl::StatusOr<std::shared_ptr<const Model>> Load(const std::string& artifact_directory);

  virtual ~Model() = default;
  virtual std::uint64_t version() const = 0;  // the directory's number; 0 when its name is not one
  virtual const ArtifactDescription& description() const = 0;
  virtual std::span<const std::unique_ptr<const Operator>> operators() const = 0;
  // nullptr when there is none of that name.
  virtual const Operator* FindOperator(std::string_view name) const = 0;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_MODEL_H_
