// HTTP headers as gRPC metadata, and back.
#ifndef COFILTER_SERVICE_HTTP_METADATA_H_
#define COFILTER_SERVICE_HTTP_METADATA_H_

#include <map>
#include <string>
#include <string_view>

#include "grpcpp/client_context.h"
#include "grpcpp/support/string_ref.h"
#include "service/http/message.h"

namespace cofilter::service::http {

using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// Headers of the call's own become metadata: not those of HTTP (connection, host …), of the
// protocol (content-type, connect- …) or of gRPC (grpc-, te). A name that ends in -bin holds base64
// and becomes bytes. A name or a value that gRPC does not allow, or wrong base64, is left out:
// nothing that a stranger sends makes the call fail or crash.
void AddRequestMetadata(const Headers& headers, grpc::ClientContext* context);

// Metadata of the answer as headers, each name after `prefix` ("" or "trailer-"); gRPC's own is
// left out. Bytes become base64 without padding.
void AppendResponseHeaders(const Metadata& metadata, std::string_view prefix, Headers* headers);

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_METADATA_H_
