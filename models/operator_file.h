// The bytes of <name>.operator: a header, a table of sections, aligned arrays.
// docs/formats/artifact.md
#ifndef COFILTER_MODELS_OPERATOR_FILE_H_
#define COFILTER_MODELS_OPERATOR_FILE_H_

#include <cstddef>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "models/operator_views.h"

namespace cofilter::models {

// Equal views give equal bytes. The file is not synced: PublishDirectory does that. Errors:
// INTERNAL.
absl::Status WriteOperatorFile(const std::string& path, const OperatorViews& views);

// The arrays of a whole file, with name and parameters left empty. Checks the header, the table,
// every checksum and that no byte lies outside; what the numbers say is for CheckViews. Trusts
// nothing. Ownership: the views point into `bytes`, which starts at a multiple of 64. Errors:
// FAILED_PRECONDITION when the format is newer; DATA_LOSS that names the section and what is wrong.
absl::StatusOr<OperatorViews> ReadOperatorFile(std::span<const std::byte> bytes);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_OPERATOR_FILE_H_
