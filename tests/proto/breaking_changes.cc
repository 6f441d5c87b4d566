// Walks the earlier contract and looks for each of its elements in the later one.
#include "tests/proto/breaking_changes.h"

#include <google/protobuf/descriptor.pb.h>

#include <utility>

namespace cofilter::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

class Comparison {
 public:
  explicit Comparison(const DescriptorPool& now) : now_(now) {}

  void Compare(const FileDescriptor& file) {
    for (int i = 0; i < file.message_type_count(); ++i) Compare(*file.message_type(i));
    for (int i = 0; i < file.enum_type_count(); ++i) Compare(*file.enum_type(i));
    for (int i = 0; i < file.service_count(); ++i) Compare(*file.service(i));
  }
  std::vector<std::string> found() && { return std::move(found_); }

 private:
  void Report(const std::string& what) { found_.push_back(what); }

  void Compare(const Descriptor& before) {
    const Descriptor* now = now_.FindMessageTypeByName(before.full_name());
    if (now == nullptr) {
      Report("message " + before.full_name() + " is gone");
      return;
    }
    for (int i = 0; i < before.field_count(); ++i) Compare(*before.field(i), *now);
    for (int i = 0; i < before.nested_type_count(); ++i) Compare(*before.nested_type(i));
    for (int i = 0; i < before.enum_type_count(); ++i) Compare(*before.enum_type(i));
  }

  static std::string TypeOf(const FieldDescriptor& field) {
    if (field.message_type() != nullptr) return field.message_type()->full_name();
    if (field.enum_type() != nullptr) return field.enum_type()->full_name();
    return field.type_name();
  }

  void Compare(const FieldDescriptor& before, const Descriptor& message) {
    const FieldDescriptor* now = message.FindFieldByNumber(before.number());
    if (now == nullptr) {
      const bool reserved =
          message.IsReservedNumber(before.number()) && message.IsReservedName(before.name());
      if (!reserved) Report("field " + before.full_name() + " is gone and not reserved");
      return;
    }
    const std::string& name = before.full_name();
    if (now->name() != before.name()) Report("field " + name + " is now called " + now->name());
    if (TypeOf(*now) != TypeOf(before)) {
      Report("field " + name + " was " + TypeOf(before) + " and is " + TypeOf(*now));
    }
    if (now->label() != before.label()) Report("field " + name + " changed its cardinality");
    if (now->has_presence() != before.has_presence()) {
      Report("field " + name + " changed its presence");
    }
    const auto oneof = [](const FieldDescriptor& field) {
      return field.real_containing_oneof() == nullptr ? std::string()
                                                      : field.real_containing_oneof()->name();
    };
    if (oneof(*now) != oneof(before)) Report("field " + name + " moved to another oneof");
  }

  void Compare(const EnumDescriptor& before) {
    const EnumDescriptor* now = now_.FindEnumTypeByName(before.full_name());
    if (now == nullptr) {
      Report("enum " + before.full_name() + " is gone");
      return;
    }
    for (int i = 0; i < before.value_count(); ++i) {
      const EnumValueDescriptor& value = *before.value(i);
      const EnumValueDescriptor* same = now->FindValueByNumber(value.number());
      if (same == nullptr) {
        if (!now->IsReservedNumber(value.number()) || !now->IsReservedName(value.name())) {
          Report("value " + value.full_name() + " is gone and not reserved");
        }
      } else if (same->name() != value.name()) {
        Report("value " + value.full_name() + " is now called " + same->name());
      }
    }
  }

  void Compare(const ServiceDescriptor& before) {
    const ServiceDescriptor* now = now_.FindServiceByName(before.full_name());
    if (now == nullptr) {
      Report("service " + before.full_name() + " is gone");
      return;
    }
    for (int i = 0; i < before.method_count(); ++i) {
      const MethodDescriptor& method = *before.method(i);
      const MethodDescriptor* same = now->FindMethodByName(method.name());
      if (same == nullptr) {
        Report("method " + method.full_name() + " is gone");
        continue;
      }
      if (same->input_type()->full_name() != method.input_type()->full_name() ||
          same->output_type()->full_name() != method.output_type()->full_name()) {
        Report("method " + method.full_name() + " takes or gives another message");
      }
      if (same->client_streaming() != method.client_streaming() ||
          same->server_streaming() != method.server_streaming()) {
        Report("method " + method.full_name() + " changed its streaming");
      }
      // A caller may send a GET only while the method is marked.
      if (method.options().idempotency_level() ==
              google::protobuf::MethodOptions::NO_SIDE_EFFECTS &&
          same->options().idempotency_level() != method.options().idempotency_level()) {
        Report("method " + method.full_name() + " is no longer without side effects");
      }
    }
  }

  const DescriptorPool& now_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> BreakingChanges(const DescriptorPool& before, const DescriptorPool& now,
                                         const std::vector<std::string>& files) {
  Comparison comparison(now);
  for (const std::string& name : files) {
    const FileDescriptor* file = before.FindFileByName(name);
    if (file != nullptr) comparison.Compare(*file);
  }
  return std::move(comparison).found();
}

}  // namespace cofilter::contract
