// Reads the timeouts of a service config.
#include "deadlines.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <cstdint>

namespace cofilter::client {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// "2s".
std::optional<std::chrono::milliseconds> TimeoutOf(const Struct& method_config) {
  const auto text = method_config.fields().find("timeout");
  google::protobuf::Duration duration;
  if (text == method_config.fields().end() ||
      !google::protobuf::util::TimeUtil::FromString(text->second.string_value(), &duration))
    return std::nullopt;
  return std::chrono::milliseconds(
      google::protobuf::util::TimeUtil::DurationToMilliseconds(duration));
}

std::string Field(const Struct& from, const std::string& name) {
  const auto found = from.fields().find(name);
  return found == from.fields().end() ? "" : found->second.string_value();
}

}  // namespace

Deadlines::Deadlines(const std::string& service_config) : service_config_(service_config) {
  Struct config;
  if (!google::protobuf::util::JsonStringToMessage(service_config, &config).ok()) return;
  Value& methods = (*config.mutable_fields())["methodConfig"];
  for (Value& each : *methods.mutable_list_value()->mutable_values()) {
    Struct& method = *each.mutable_struct_value();
    const auto timeout = TimeoutOf(method);
    for (const Value& name : method.fields().at("name").list_value().values()) {
      const Struct& named = name.struct_value();
      timeouts_[Field(named, "service") + "/" + Field(named, "method")] = timeout;
    }
    method.mutable_fields()->erase("timeout");
  }
  service_config_.clear();
  if (!google::protobuf::util::MessageToJsonString(config, &service_config_).ok())
    service_config_ = service_config;
}

std::optional<std::chrono::milliseconds> Deadlines::Of(
    const google::protobuf::Descriptor& request) const {
  std::string service;
  std::string method;
  for (int i = 0; i < request.file()->service_count(); ++i) {
    const auto& each = *request.file()->service(i);
    for (int k = 0; k < each.method_count(); ++k) {
      if (each.method(k)->input_type() != &request) continue;
      service = each.full_name();
      method = each.method(k)->name();
    }
  }
  for (const std::string& name : {service + "/" + method, service + "/", std::string("/")}) {
    if (const auto found = timeouts_.find(name); found != timeouts_.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace cofilter::client
