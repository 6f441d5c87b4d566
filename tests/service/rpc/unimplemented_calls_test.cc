// What is in the contract and not in this release: answered UNIMPLEMENTED, and listed where readers
// look.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "service/rpc/unimplemented_calls.h"
#include "tests/service/rpc/health_client.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

std::set<std::string> Table() {
  std::set<std::string> methods;
  for (const UnimplementedCall& call : UnimplementedCalls()) methods.emplace(call.method);
  return methods;
}

// Every method of the contract, "cofilter.v1.EventService/RecordEvents".
std::set<std::string> Contract() {
  std::set<std::string> methods;
  const google::protobuf::ServiceDescriptor* const services[] = {
      v1::RecommendItemsRequest::descriptor()->file()->service(0),
      v1::RecordEventsRequest::descriptor()->file()->service(0),
      v1::UpsertItemRequest::descriptor()->file()->service(0),
      v1::UpsertMemberRequest::descriptor()->file()->service(0),
      v1::ListModelsRequest::descriptor()->file()->service(0),
      v1::CreateRuleRequest::descriptor()->file()->service(0)};
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      methods.insert(absl::StrCat(service->full_name(), "/", service->method(i)->name()));
    }
  }
  return methods;
}

TEST(UnimplementedCallsTest, TheTableNamesWhatAnswersSo) {
  RunningServer server;
  for (const std::string& method : Contract()) {
    if (method.find("/Stream") != std::string::npos) continue;
    std::string response;
    const grpc::Status status = CallBytes(server.channel(), method, "", &response);
    EXPECT_EQ(status.error_code() == grpc::StatusCode::UNIMPLEMENTED, Table().contains(method))
        << method << ": " << status.error_code() << " " << status.error_message();
    EXPECT_TRUE(!Table().contains(method) || Names(status, method)) << status.error_message();
  }
}

TEST(UnimplementedCallsTest, TheTableNamesOnlyTheContract) {
  for (const std::string& method : Table()) EXPECT_TRUE(Contract().contains(method)) << method;
  EXPECT_EQ(Table().size(), UnimplementedCalls().size());
}

TEST(UnimplementedCallsTest, TheDocumentListsTheSame) {
  std::ifstream in(COFILTER_SOURCE_DIR "/docs/limitations.md");
  ASSERT_TRUE(in) << "docs/limitations.md";
  std::stringstream text;
  text << in.rdbuf();
  const std::string document = text.str();
  std::set<std::string> listed;
  const std::regex row("\\| `(cofilter\\.v1\\.[A-Za-z]+/[A-Za-z]+)` \\|");
  for (std::sregex_iterator it(document.begin(), document.end(), row), end; it != end; ++it)
    listed.insert((*it)[1]);
  EXPECT_EQ(listed, Table());
}

}  // namespace
}  // namespace cofilter::service
