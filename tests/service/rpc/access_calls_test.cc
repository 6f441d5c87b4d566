// Who is let in, over a real connection: every bad token, every role at every call, every field
// that names a member.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "runtime/files.h"
#include "service/identity/access_matrix.h"
#include "service/rpc/call_guard.h"
#include "tests/service/identity/test_issuer.h"
#include "tests/service/rpc/health_client.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using testing::HasSubstr;
using testing::Not;

const MethodDescriptor& DescriptorOf(std::string_view method) {
  std::string name(method);
  name[name.find('/')] = '.';
  return *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
}

std::unique_ptr<Message> NewRequest(std::string_view method) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()
                                      ->GetPrototype(DescriptorOf(method).input_type())
                                      ->New());
}

// Puts `value` at the path's end; lists get one entry.
void SetAt(Message* message, const FieldPath& path, const std::string& value) {
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const google::protobuf::Reflection& reflection = *message->GetReflection();
    message = path[i]->is_repeated() ? reflection.AddMessage(message, path[i])
                                     : reflection.MutableMessage(message, path[i]);
  }
  const FieldDescriptor* const last = path.back();
  if (last->is_repeated()) {
    message->GetReflection()->AddString(message, last, value);
  } else {
    message->GetReflection()->SetString(message, last, value);
  }
}

std::string PathText(const FieldPath& path) {
  std::string text;
  for (const FieldDescriptor* field : path) text += (text.empty() ? "" : ".") + field->name();
  return text;
}

grpc::StatusCode CodeOf(const std::shared_ptr<grpc::Channel>& channel, std::string_view method,
                        const std::string& request = "") {
  std::string response;
  return CallBytes(channel, std::string(method), request, &response).error_code();
}

class TokenCallsTest : public testing::Test {
 protected:
  std::string WriteJwks() const {
    const std::string path = directory_.path() + "/jwks.json";
    EXPECT_TRUE(runtime::WriteFileDurably(path, issuer_.Jwks()).ok());
    return path;
  }
  grpc::Status Get(const std::string& token) const {
    v1::GetItemRequest request;
    request.set_item_id("n0000");
    std::string response;
    return CallBytes(server_.ChannelWith(token), "cofilter.v1.CatalogueService/GetItem",
                     request.SerializeAsString(), &response);
  }

  const TestIssuer issuer_;
  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create();
  const std::string jwks_ = WriteJwks();  // before the server reads it
  RunningServer server_{
      [this](ServerConfig& config) { config.identity.issuers = {TestIssuer::Config(jwks_)}; }};
};

TEST_F(TokenCallsTest, EachAlgorithmOpensACall) {
  for (const char* kid : {"rsa", "ec", "ed"}) {
    const grpc::Status status = Get(issuer_.Sign(TestIssuer::Claims(server_.clock.Now()), kid));
    EXPECT_TRUE(status.ok()) << kid << ": " << status.error_message();
  }
}

TEST_F(TokenCallsTest, EveryBadTokenIsRefusedWithoutSayingWhy) {
  std::map<Denial, std::uint64_t> expected;
  for (const TokenCase& bad : issuer_.BadTokens(server_.clock.Now())) {
    const grpc::Status status = Get(bad.token);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << bad.name;
    EXPECT_EQ(status.error_message(), bad.denial == Denial::kExpired ? "the token has expired"
                                                                     : "the token is not accepted")
        << bad.name;
    ++expected[bad.denial];
  }
  EXPECT_GT(expected.size(), 8u);
  for (const auto& [denial, count] : expected)
    EXPECT_EQ(server_.server().guard().denied(denial), count) << DenialName(denial);
}

TEST_F(TokenCallsTest, NoTokenOpensHealthAlone) {
  const auto channel = server_.ChannelWith("");
  EXPECT_EQ(ServingStatus(channel, ""), "SERVING");
  for (const CallAccess& access : AccessMatrix()) {
    EXPECT_EQ(CodeOf(channel, access.method), grpc::StatusCode::UNAUTHENTICATED) << access.method;
  }
  EXPECT_EQ(CodeOf(channel, "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(TokenCallsTest, TwoTokensAreNone) {
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + server_.Token("ann", {Role::kOperator}));
  v1::GetItemRequest request;
  request.set_item_id("n0000");
  v1::Item item;
  // The channel adds the operator's.
  EXPECT_EQ(server_.catalogue->GetItem(&context, request, &item).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST(AccessCallsTest, EachRoleOpensWhatTheMatrixSays) {
  RunningServer server;
  for (const Role role : kAllRoles) {
    const auto channel = server.ChannelWith(server.Token("ann", {role}));
    for (const CallAccess& access : AccessMatrix()) {
      const grpc::StatusCode code = CodeOf(channel, access.method);
      EXPECT_NE(code, grpc::StatusCode::UNAUTHENTICATED) << access.method;
      EXPECT_EQ(code != grpc::StatusCode::PERMISSION_DENIED, access.roles.Has(role))
          << RoleName(role) << " at " << access.method << " got code " << code;
    }
  }
  const auto nobody = server.ChannelWith(server.Token("ann", {}));
  for (const CallAccess& access : AccessMatrix()) {
    EXPECT_EQ(CodeOf(nobody, access.method), grpc::StatusCode::PERMISSION_DENIED) << access.method;
  }
}

TEST(AccessCallsTest, AMemberNamesNobodyElseInAnyField) {
  RunningServer server;
  const auto member = server.ChannelWith(server.Token("ann", {Role::kMember}));
  const auto both = server.ChannelWith(server.Token("ann", {Role::kMember, Role::kBackend}));
  int fields = 0;
  for (const CallAccess& access : AccessMatrix()) {
    if (!access.roles.Has(Role::kMember)) continue;
    for (const FieldPath& path :
         PathsTo(*DescriptorOf(access.method).input_type(), {"member_id", "member_ids"})) {
      ++fields;
      const std::unique_ptr<Message> request = NewRequest(access.method);
      SetAt(request.get(), path, "bob");
      const std::string bytes = request->SerializeAsString();
      const std::string place = std::string(access.method) + " " + PathText(path);
      EXPECT_EQ(CodeOf(member, access.method, bytes), grpc::StatusCode::PERMISSION_DENIED) << place;
      // A second role lifts the bound.
      EXPECT_NE(CodeOf(both, access.method, bytes), grpc::StatusCode::PERMISSION_DENIED) << place;
      const std::unique_ptr<Message> own = NewRequest(access.method);
      SetAt(own.get(), path, "ann");
      EXPECT_NE(CodeOf(member, access.method, own->SerializeAsString()),
                grpc::StatusCode::PERMISSION_DENIED)
          << place;
    }
  }
  EXPECT_GE(fields, 8);
}

TEST(AccessCallsTest, OneForeignEventOfManyRefusesTheBatch) {
  RunningServer server;
  const auto member = server.ChannelWith(server.Token("ann", {Role::kMember}));
  const auto events = v1::EventService::NewStub(member);
  v1::RecordEventsRequest request;
  *request.add_events() = server.Event("e1", "ann", "n0000");
  v1::RecordEventsResponse response;
  EXPECT_TRUE(Call(*events, &v1::EventService::Stub::RecordEvents, request, &response).ok());
  *request.add_events() = server.Event("e2", "bob", "n0001");
  const grpc::Status status =
      Call(*events, &v1::EventService::Stub::RecordEvents, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), Not(HasSubstr("bob")));
}

TEST(AccessCallsTest, AnEditorIsBoundToTheSubtree) {
  RunningServer server;
  const auto editor = server.ChannelWith(server.Token("ann", {Role::kEditor}, {"/hq"}));
  const auto everywhere = server.ChannelWith(server.Token("ann", {Role::kEditor}));
  const auto code = [](const auto& channel, const std::string& method, const Message& request) {
    return CodeOf(channel, "cofilter.v1.ReviewService/" + method, request.SerializeAsString());
  };
  for (const char* beyond : {"", "/", "/hqx", "/other"}) {
    v1::GetOverviewRequest overview;
    overview.set_org_unit(beyond);
    EXPECT_EQ(code(editor, "GetOverview", overview), grpc::StatusCode::PERMISSION_DENIED) << beyond;
    EXPECT_NE(code(everywhere, "GetOverview", overview), grpc::StatusCode::PERMISSION_DENIED);
  }
  for (const char* within : {"/hq", "/hq/a"}) {
    v1::CreateRuleRequest rule;
    rule.mutable_rule()->mutable_audience()->add_org_units(within);
    EXPECT_NE(code(editor, "CreateRule", rule), grpc::StatusCode::PERMISSION_DENIED) << within;
    rule.mutable_rule()->mutable_audience()->add_org_units("/other");
    EXPECT_EQ(code(editor, "CreateRule", rule), grpc::StatusCode::PERMISSION_DENIED) << within;
  }
  EXPECT_EQ(code(editor, "CreateRule", v1::CreateRuleRequest()),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_NE(code(editor, "UpdateRule", v1::UpdateRuleRequest()),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST(AccessCallsTest, AStreamOfEventsEndsWithItsToken) {
  RunningServer server;
  const auto backend = server.ChannelWith(server.Token("app", {Role::kBackend}));
  const auto events = v1::EventService::NewStub(backend);
  grpc::ClientContext context;
  const auto stream = events->StreamEvents(&context);
  v1::StreamEventsRequest batch;
  batch.set_batch_id(1);
  *batch.add_events() = server.Event("e1", "ann", "n0000");
  ASSERT_TRUE(stream->Write(batch));
  v1::StreamEventsResponse answer;
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(answer.recorded().recorded(), 1);
  server.clock.Advance(std::chrono::hours(2));
  batch.set_batch_id(2);
  stream->Write(batch);
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace cofilter::service
