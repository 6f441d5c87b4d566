// Errors as the Connect protocol writes them: a code by name, the HTTP status that belongs to it,
// JSON.
#ifndef COFILTER_SERVICE_HTTP_CONNECT_ERROR_H_
#define COFILTER_SERVICE_HTTP_CONNECT_ERROR_H_

#include <string_view>

#include "grpcpp/support/status.h"
#include "service/http/message.h"

namespace cofilter::service::http {

// "invalid_argument"; a code out of range is "unknown". REQUIRES: not OK.
std::string_view ConnectCodeName(grpc::StatusCode code);
// 400 for INVALID_ARGUMENT, and so on. REQUIRES: not OK.
int HttpStatusOf(grpc::StatusCode code);

// `{"code","message","details"}`; details are those of the status (a google.rpc.Status), left out
// when there are none or they cannot be read. REQUIRES: not OK.
Response ErrorResponse(const grpc::Status& status);

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_CONNECT_ERROR_H_
