// The role × call table is whole, and the document says the same.
#include "service/identity/access_matrix.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <set>
#include <string>

#include "runtime/files.h"

namespace cofilter::service {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

class AccessMatrixTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream in(COFILTER_DESCRIPTORS, std::ios::binary);
    google::protobuf::FileDescriptorSet set;
    ASSERT_TRUE(set.ParseFromIstream(&in)) << COFILTER_DESCRIPTORS;
    for (const auto& file : set.file()) {
      const FileDescriptor* const built = pool_.BuildFile(file);
      ASSERT_NE(built, nullptr) << file.name();
      if (built->package() != "cofilter.v1") continue;
      for (int i = 0; i < built->service_count(); ++i) {
        for (int j = 0; j < built->service(i)->method_count(); ++j)
          methods_.push_back(built->service(i)->method(j));
      }
    }
  }

  static std::string NameOf(const MethodDescriptor& method) {
    return method.service()->full_name() + "/" + method.name();
  }
  static bool Names(const Descriptor& message, const std::set<std::string>& fields,
                    std::set<const Descriptor*> seen = {}) {
    if (!seen.insert(&message).second) return false;
    for (int i = 0; i < message.field_count(); ++i) {
      if (fields.contains(message.field(i)->name())) return true;
      const Descriptor* const below = message.field(i)->message_type();
      if (below != nullptr && Names(*below, fields, seen)) return true;
    }
    return false;
  }

  DescriptorPool pool_;
  std::vector<const MethodDescriptor*> methods_;
};

TEST_F(AccessMatrixTest, HasEveryCallOfTheContractOnce) {
  std::multiset<std::string> table;
  for (const CallAccess& access : AccessMatrix()) table.emplace(access.method);
  std::multiset<std::string> contract;
  for (const MethodDescriptor* method : methods_) contract.insert(NameOf(*method));
  EXPECT_EQ(table, contract);
  EXPECT_EQ(FindAccess("cofilter.v1.EventService/Nothing"), nullptr);
}

TEST_F(AccessMatrixTest, WhatIsOpenToMembersNamesThem) {
  for (const MethodDescriptor* method : methods_) {
    const CallAccess* const access = FindAccess(NameOf(*method));
    ASSERT_NE(access, nullptr) << NameOf(*method);
    if (!access->roles.Has(Role::kMember)) continue;
    // Otherwise there would be nothing to hold against the caller.
    const std::set<std::string> names = {"member_id", "member_ids"};
    EXPECT_TRUE(Names(*method->input_type(), names) || Names(*method->output_type(), names))
        << NameOf(*method);
    EXPECT_FALSE(method->client_streaming()) << NameOf(*method);
  }
}

TEST_F(AccessMatrixTest, WhatEditorsNameByUnitIsBoundToTheirSubtree) {
  for (const MethodDescriptor* method : methods_) {
    const CallAccess* const access = FindAccess(NameOf(*method));
    ASSERT_NE(access, nullptr) << NameOf(*method);
    const bool edited = access->roles.Has(Role::kEditor) || access->roles.Has(Role::kApprover);
    if (edited && Names(*method->input_type(), {"org_unit", "org_units"})) {
      EXPECT_TRUE(access->scope == Scope::kRequired || access->scope == Scope::kGiven)
          << NameOf(*method);
    }
  }
}

TEST_F(AccessMatrixTest, TheOperatorMayDoEverything) {
  for (const CallAccess& access : AccessMatrix())
    EXPECT_TRUE(access.roles.Has(Role::kOperator)) << access.method;
}

TEST_F(AccessMatrixTest, TheDocumentSaysTheSame) {
  const absl::StatusOr<std::string> document =
      runtime::ReadFile(COFILTER_SOURCE_DIR "/docs/access.md");
  ASSERT_TRUE(document.ok()) << document.status();
  for (const CallAccess& access : AccessMatrix()) {
    std::string row = "| `" + std::string(access.method.substr(sizeof "cofilter.v1." - 1)) + "` |";
    for (const Role role : kAllRoles) {
      const bool own = role == Role::kMember;
      row += access.roles.Has(role) ? (own ? " own |" : " yes |") : " |";
    }
    switch (access.scope) {
      case Scope::kNone:
        row += " |";
        break;
      case Scope::kRequired:
        row += " must be named |";
        break;
      case Scope::kGiven:
        row += " if named |";
        break;
      case Scope::kByHandler:
        row += " of what is acted on |";
        break;
    }
    EXPECT_THAT(*document, testing::HasSubstr(row + "\n"));
  }
}

}  // namespace
}  // namespace cofilter::service
