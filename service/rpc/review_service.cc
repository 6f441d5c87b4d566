// What content managers will do.
#include "service/rpc/review_service.h"

#include "service/rpc/unimplemented_calls.h"

namespace cofilter::service {

grpc::ServerUnaryReactor* ReviewRpc::Unimplemented(std::string_view method,
                                                   grpc::CallbackServerContext* context,
                                                   Messages messages) {
  return ServeUnimplemented(*frame_, frame_->metrics->Method(method), context, messages);
}

}  // namespace cofilter::service
