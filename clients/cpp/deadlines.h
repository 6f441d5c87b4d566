// The deadlines of the service config, kept by the client.
//
// gRPC could keep them, but its C++ library 1.51, Debian 12's, counts them from up to two seconds
// before the call's start, and a list has two seconds.
#ifndef COFILTER_CLIENTS_CPP_DEADLINES_H_
#define COFILTER_CLIENTS_CPP_DEADLINES_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace google::protobuf {
class Descriptor;
}

namespace cofilter::client {

class Deadlines {
 public:
  // Takes the timeouts out of a service config. One that cannot be read has none, and stays as it
  // is.
  explicit Deadlines(const std::string& service_config);

  // For gRPC: all but the timeouts.
  const std::string& service_config() const { return service_config_; }

  // Of the method with this request; in the contract each has its own, beside it.
  std::optional<std::chrono::milliseconds> Of(const google::protobuf::Descriptor& request) const;

 private:
  std::string service_config_;
  // By "service/method", by "service/", and by "/" for all others; nullopt: none.
  std::map<std::string, std::optional<std::chrono::milliseconds>> timeouts_;
};

}  // namespace cofilter::client

#endif  // COFILTER_CLIENTS_CPP_DEADLINES_H_
