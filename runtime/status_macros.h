// Early return on a status that is not OK.
#ifndef COFILTER_RUNTIME_STATUS_MACROS_H_
#define COFILTER_RUNTIME_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define COFILTER_CONCAT_INNER(a, b) a##b
#define COFILTER_CONCAT(a, b) COFILTER_CONCAT_INNER(a, b)

// COFILTER_RETURN_IF_ERROR(Write(path));
#define COFILTER_RETURN_IF_ERROR(expression)             \
  do {                                                   \
    absl::Status cofilter_status_ = (expression);        \
    if (!cofilter_status_.ok()) return cofilter_status_; \
  } while (false)

// COFILTER_ASSIGN_OR_RETURN(auto file, MappedFile::Open(path));
#define COFILTER_ASSIGN_OR_RETURN(declaration, expression) \
  COFILTER_ASSIGN_OR_RETURN_INNER(COFILTER_CONCAT(cofilter_or_, __LINE__), declaration, expression)
#define COFILTER_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                            \
  if (!result.ok()) return std::move(result).status();                   \
  declaration = std::move(result).value()

#endif  // COFILTER_RUNTIME_STATUS_MACROS_H_
