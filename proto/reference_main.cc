// Writes docs/reference.md from the contract's descriptors: every call, message, field and value,
// with its comment.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;

// The comment as one line of Markdown; a new sentence of the list "Errors:" stays within it.
template <class Element>
std::string CommentOf(const Element& element) {
  SourceLocation location;
  if (!element.GetSourceLocation(&location)) return "";
  std::string text;
  std::istringstream words(location.leading_comments);
  for (std::string word; words >> word;) {
    if (!text.empty()) text += ' ';
    for (const char c : word) {
      // What Markdown's tables and markup would take for their own.
      if (c == '|' || c == '<' || c == '*') text += '\\';
      text += c;
    }
  }
  return text;
}

// Within the package, "types.Item" and "Item" are the same heading.
std::string ShortName(const std::string& full_name) {
  constexpr char kPackage[] = "cofilter.v1.";
  return full_name.rfind(kPackage, 0) == 0 ? full_name.substr(sizeof kPackage - 1) : full_name;
}

std::string Anchor(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    if (c == '.') continue;
    anchor += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return anchor;
}

std::string Link(const std::string& full_name) {
  const std::string name = ShortName(full_name);
  if (name == full_name) return "`" + name + "`";
  return "[" + name + "](#" + Anchor(name) + ")";
}

std::string TypeOf(const FieldDescriptor& field) {
  std::string type = field.message_type() != nullptr ? Link(field.message_type()->full_name())
                     : field.enum_type() != nullptr  ? Link(field.enum_type()->full_name())
                                                     : std::string(field.type_name());
  if (field.is_repeated()) return "repeated " + type;
  if (field.has_optional_keyword()) return "optional " + type;
  if (field.real_containing_oneof() != nullptr) {
    return "one of `" + field.real_containing_oneof()->name() + "`: " + type;
  }
  return type;
}

void Write(const Descriptor& message, std::ostream& out) {
  out << "### " << ShortName(message.full_name()) << "\n\n" << CommentOf(message) << "\n\n";
  if (message.field_count() > 0) {
    out << "| field | number | type | |\n|---|---|---|---|\n";
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      out << "| `" << field.name() << "` | " << field.number() << " | " << TypeOf(field) << " | "
          << CommentOf(field) << " |\n";
    }
    out << "\n";
  }
  for (int i = 0; i < message.nested_type_count(); ++i) Write(*message.nested_type(i), out);
}

void Write(const EnumDescriptor& type, std::ostream& out) {
  out << "### " << ShortName(type.full_name()) << "\n\n" << CommentOf(type) << "\n\n";
  out << "| value | number | |\n|---|---|---|\n";
  for (int i = 0; i < type.value_count(); ++i) {
    out << "| `" << type.value(i)->name() << "` | " << type.value(i)->number() << " | "
        << CommentOf(*type.value(i)) << " |\n";
  }
  out << "\n";
}

void Write(const ServiceDescriptor& service, std::ostream& out) {
  out << "### " << service.name() << "\n\n" << CommentOf(service) << "\n\n";
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    out << "**" << method.name() << "** (" << (method.client_streaming() ? "stream of " : "")
        << Link(method.input_type()->full_name()) << ") → "
        << (method.server_streaming() ? "stream of " : "")
        << Link(method.output_type()->full_name());
    if (method.options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS) {
      out << ", without side effects: also by GET";
    }
    out << ". " << CommentOf(method) << "\n\n";
  }
}

}  // namespace

// Argument: the descriptor set, with source information. The document goes to standard output.
int main(int argc, char** argv) {
  google::protobuf::FileDescriptorSet set;
  std::ifstream in(argc > 1 ? argv[1] : "", std::ios::binary);
  if (argc != 2 || !in || !set.ParseFromIstream(&in)) {
    std::fprintf(stderr, "usage: %s DESCRIPTOR_SET\n", argv[0]);
    return 2;
  }
  DescriptorPool pool;
  std::vector<const FileDescriptor*> files;
  for (const auto& file : set.file()) {
    const FileDescriptor* built = pool.BuildFile(file);
    if (built == nullptr) return 1;
    if (built->package() == "cofilter.v1") files.push_back(built);
  }
  std::cout << "# Reference of the contract\n\nEvery call, message and value of "
               "`proto/cofilter/v1`, made from "
               "it: `cofilter-reference` writes this\npage, and a test compares the two. "
               "Conventions that hold "
               "for all of it stand at the top of `types.proto`.\n\n## Calls\n\n";
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->service_count(); ++i) Write(*file->service(i), std::cout);
  }
  std::cout << "## Messages\n\n";
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->message_type_count(); ++i) Write(*file->message_type(i), std::cout);
  }
  std::cout << "## Values\n\n";
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->enum_type_count(); ++i) Write(*file->enum_type(i), std::cout);
  }
  return 0;
}
