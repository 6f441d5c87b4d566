// Records of imports over a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/service/rpc/health_client.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

using Stub = v1::EventService::Stub;

class ImportCallsTest : public testing::Test {
 protected:
  static v1::Import Record(int number) {
    v1::Import import;
    import.set_import_id(absl::StrCat("0000000", number, "-e89b-42d3-a456-426614174000"));
    import.set_source_system("portal");
    import.set_format("xapi");
    import.set_input("log.jsonl");
    import.set_fingerprint(number % 2 == 0 ? "even" : "odd");
    import.set_state(v1::IMPORT_STATE_RUNNING);
    import.mutable_started_at()->set_seconds(1'767'225'600 + number);
    import.set_events(number);
    return import;
  }
  grpc::Status Put(const v1::Import& import) {
    v1::RecordImportRequest request;
    *request.mutable_import() = import;
    v1::Import stored;
    return Call(*server_.events, &Stub::RecordImport, request, &stored);
  }
  v1::ListImportsResponse List(const v1::ListImportsRequest& request) {
    v1::ListImportsResponse response;
    const grpc::Status status = Call(*server_.events, &Stub::ListImports, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  RunningServer server_;
};

TEST_F(ImportCallsTest, AreListedNewestFirstPageByPage) {
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(Put(Record(i)).ok());
  v1::Import first = Record(1);
  first.set_state(v1::IMPORT_STATE_FINISHED);
  first.set_events(10);
  ASSERT_TRUE(Put(first).ok());
  v1::ListImportsRequest request;
  request.set_page_size(2);
  std::vector<std::int64_t> events;
  for (int page = 0; page < 3; ++page) {
    const v1::ListImportsResponse response = List(request);
    for (const v1::Import& import : response.imports()) events.push_back(import.events());
    request.set_page_token(response.next_page_token());
    EXPECT_EQ(response.next_page_token().empty(), page == 2);
  }
  EXPECT_THAT(events, testing::ElementsAre(5, 4, 3, 2, 10));
  v1::ListImportsRequest one;
  one.set_fingerprint("even");
  EXPECT_EQ(List(one).imports_size(), 2);
  // A page of one list is none of another.
  one.set_page_token("another");
  v1::ListImportsResponse response;
  EXPECT_EQ(Call(*server_.events, &Stub::ListImports, one, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ImportCallsTest, ABadRecordIsRefusedByField) {
  const std::pair<const char*, std::function<void(v1::Import&)>> cases[] = {
      {"import.import_id", [](auto& i) { i.set_import_id("seven"); }},
      {"import.import_id", [](auto& i) { i.clear_import_id(); }},
      {"import.format", [](auto& i) { i.clear_format(); }},
      {"import.input", [](auto& i) { i.clear_input(); }},
      {"import.fingerprint", [](auto& i) { i.set_fingerprint(std::string(300, 'x')); }},
      {"import.state", [](auto& i) { i.clear_state(); }},
      {"import.started_at", [](auto& i) { i.clear_started_at(); }},
      {"import.source_system", [](auto& i) { i.set_source_system("a\nb"); }},
      {"import.events", [](auto& i) { i.set_events(-1); }},
      {"import.quarantined", [](auto& i) { i.set_quarantined(-1); }},
      {"import.first_reasons",
       [](auto& i) {
         for (int n = 0; n < 11; ++n) i.add_first_reasons("reason");
       }},
      {"import.verbs", [](auto& i) {
         for (int n = 0; n < 1001; ++n) i.add_verbs();
       }}};
  for (const auto& [field, spoil] : cases) {
    v1::Import import = Record(1);
    spoil(import);
    const grpc::Status status = Put(import);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << field;
    EXPECT_TRUE(Names(status, field)) << status.error_message();
  }
  EXPECT_EQ(List({}).imports_size(), 0);
}

TEST_F(ImportCallsTest, AStoreThatIsAwaySaysSo) {
  server_.store().SetAway(true);
  EXPECT_EQ(Put(Record(1)).error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace cofilter::service
