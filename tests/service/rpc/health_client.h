// Asks grpc.health.v1 without its generated code: two messages of one field each.
#ifndef COFILTER_TESTS_SERVICE_RPC_HEALTH_CLIENT_H_
#define COFILTER_TESTS_SERVICE_RPC_HEALTH_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

namespace cofilter::service {

// "SERVING", "NOT_SERVING", or the error's message.
std::string ServingStatus(const std::shared_ptr<grpc::Channel>& channel,
                          const std::string& service);

// A unary call of bytes: any method of any service.
grpc::Status CallBytes(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                       const std::string& request, std::string* response);

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_RPC_HEALTH_CLIENT_H_
