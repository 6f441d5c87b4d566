// Records of imports between the contract and the store.
#ifndef COFILTER_SERVICE_RPC_CONVERT_IMPORT_H_
#define COFILTER_SERVICE_RPC_CONVERT_IMPORT_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cofilter/v1/event_service.pb.h"
#include "service/store/store.h"

namespace cofilter::service {

// `prefix` stands before the field in messages. Errors: INVALID_ARGUMENT naming the field.
absl::StatusOr<StoredImport> ImportFromProto(std::string_view prefix, const v1::Import& import);
// Errors: DATA_LOSS when the record cannot be read.
absl::Status ToProto(const StoredImport& stored, v1::Import* import);

// Answers ListImports. Errors: INVALID_ARGUMENT naming the field; those of the store.
absl::Status ListImportPage(const v1::ListImportsRequest& request, ImportStore* imports,
                            v1::ListImportsResponse* response);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CONVERT_IMPORT_H_
