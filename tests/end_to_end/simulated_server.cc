// Starts programs, writes the clock's file, and speaks the contract.
#include "tests/end_to_end/simulated_server.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include <grpcpp/grpcpp.h>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "bench/http_client.h"
#include "bench/server_process.h"
#include "cli/channel.h"
#include "cli/event_message.h"
#include "runtime/status_macros.h"
#include "service/identity/local_key.h"
#include "service/rpc/convert_item.h"
#include "service/rpc/convert_member.h"
#include "service/store/sqlite/sqlite_store.h"

namespace cofilter::end_to_end {
namespace {

constexpr std::size_t kBatch = 500;

absl::Status ToStatus(const grpc::Status& status) {
  return status.ok() ? absl::OkStatus()
                     : absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                                    status.error_message());
}

template <typename Stub, typename Method, typename Request, typename Response>
absl::Status Call(Stub& stub, Method method, const Request& request, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  return ToStatus((stub.*method)(&context, request, response));
}

std::string Program(const std::string& name) { return absl::StrCat(COFILTER_PROGRAMS, "/", name); }

}  // namespace

SimulatedServer::SimulatedServer(runtime::TemporaryDirectory home, runtime::Time start)
    : home_(std::move(home)),
      store_(home_.path() + "/cofilter.db"),
      models_(home_.path() + "/models"),
      clock_file_(home_.path() + "/clock"),
      exported_(home_.path() + "/export"),
      now_(start) {}

absl::StatusOr<std::unique_ptr<SimulatedServer>> SimulatedServer::Create(runtime::Time start) {
  COFILTER_ASSIGN_OR_RETURN(auto home, runtime::TemporaryDirectory::Create("cofilter-fortnight"));
  std::unique_ptr<SimulatedServer> server(new SimulatedServer(std::move(home), start));
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(server->models_));
  server->SetClock(start);
  return server;
}

void SimulatedServer::SetClock(runtime::Time now) {
  now_ = now;
  const std::int64_t micros = now.time_since_epoch().count();
  // In place, since the server has the file mapped.
  const int file = open(clock_file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const ssize_t written = pwrite(file, &micros, sizeof micros, 0);
  close(file);
  if (written != sizeof micros) std::abort();
}

absl::Status SimulatedServer::Start() {
  const std::string port_file = absl::StrCat(home_.path(), "/port-", ++runs_);
  const std::string http_port_file = port_file + "-http";
  bench::ChildOptions options;
  options.arguments = {Program("cofilter-server"),
                       "--config",
                       COFILTER_CONFIG,
                       "--store",
                       store_,
                       "--models",
                       models_,
                       "--listen",
                       "127.0.0.1:0",
                       "--port-file",
                       port_file,
                       "--http-port-file",
                       http_port_file,
                       "--clock-file",
                       clock_file_};
  options.output_path = absl::StrCat(home_.path(), "/server-", runs_, ".log");
  COFILTER_ASSIGN_OR_RETURN(server_, bench::ChildProcess::Start(options));
  COFILTER_ASSIGN_OR_RETURN(const int port, bench::WaitForPort(port_file, *server_));
  COFILTER_ASSIGN_OR_RETURN(http_port_, bench::WaitForPort(http_port_file, *server_));
  COFILTER_ASSIGN_OR_RETURN(token_, cli::ReadTokenFile(home_.path() + "/operator.token"));
  address_ = absl::StrCat("127.0.0.1:", port);
  COFILTER_ASSIGN_OR_RETURN(const auto channel,
                            cli::OpenChannel({.server = address_, .token = token_}));
  catalogue_ = v1::CatalogueService::NewStub(channel);
  events_ = v1::EventService::NewStub(channel);
  members_ = v1::MemberService::NewStub(channel);
  model_stub_ = v1::ModelService::NewStub(channel);
  recommendations_ = v1::RecommendationService::NewStub(channel);
  return absl::OkStatus();
}

void SimulatedServer::Kill() {
  server_->Signal(SIGKILL);
  server_->Wait();
  server_.reset();
}

absl::Status SimulatedServer::UpsertItems(std::span<const data::Item> items) {
  for (std::size_t begin = 0; begin < items.size(); begin += kBatch) {
    v1::BatchUpsertItemsRequest request;
    for (const data::Item& item : items.subspan(begin, std::min(kBatch, items.size() - begin))) {
      service::ToProto(item, request.add_items());
      request.mutable_items()->rbegin()->clear_etag();
    }
    v1::BatchUpsertItemsResponse response;
    COFILTER_RETURN_IF_ERROR(
        Call(*catalogue_, &v1::CatalogueService::Stub::BatchUpsertItems, request, &response));
  }
  return absl::OkStatus();
}

absl::Status SimulatedServer::RetireItem(const std::string& item_id) {
  v1::RetireItemRequest request;
  request.set_item_id(item_id);
  v1::Item response;
  return Call(*catalogue_, &v1::CatalogueService::Stub::RetireItem, request, &response);
}

absl::Status SimulatedServer::UpsertMembers(std::span<const data::Member> members) {
  v1::BatchUpsertMembersRequest request;
  for (const data::Member& member : members) service::ToProto(member, request.add_members());
  if (request.members_size() == 0) return absl::OkStatus();
  v1::BatchUpsertMembersResponse response;
  return Call(*members_, &v1::MemberService::Stub::BatchUpsertMembers, request, &response);
}

absl::Status SimulatedServer::SetPersonalised(const std::string& member_id, bool personalised) {
  v1::UpdatePreferencesRequest request;
  request.mutable_preferences()->set_member_id(member_id);
  request.mutable_preferences()->set_personalised(personalised);
  request.mutable_update_mask()->add_paths("personalised");
  v1::Preferences response;
  return Call(*members_, &v1::MemberService::Stub::UpdatePreferences, request, &response);
}

absl::StatusOr<int> SimulatedServer::Record(std::span<const data::Event> events) {
  int recorded = 0;
  for (std::size_t begin = 0; begin < events.size(); begin += kBatch) {
    v1::RecordEventsRequest request;
    for (const data::Event& event : events.subspan(begin, std::min(kBatch, events.size() - begin)))
      cli::ToMessage(event, request.add_events());
    v1::RecordEventsResponse response;
    COFILTER_RETURN_IF_ERROR(
        Call(*events_, &v1::EventService::Stub::RecordEvents, request, &response));
    if (response.durability() != v1::DURABILITY_LOCAL_SYNC)
      return absl::InternalError("an acknowledgement without LOCAL_SYNC");
    recorded += response.recorded();
  }
  return recorded;
}

absl::StatusOr<v1::Recommendation> SimulatedServer::Recommend(const std::string& member_id,
                                                              const std::string& surface, int count,
                                                              double dial) {
  v1::RecommendItemsRequest request;
  request.set_member_id(member_id);
  request.set_surface(surface);
  request.set_count(count);
  request.set_dial(dial);
  v1::RecommendItemsResponse response;
  COFILTER_RETURN_IF_ERROR(Call(*recommendations_, &v1::RecommendationService::Stub::RecommendItems,
                                request, &response));
  return response.recommendation();
}

absl::Status SimulatedServer::AskAs(const std::string& caller, const std::string& member_id) {
  std::string token;
  if (!caller.empty()) {
    COFILTER_ASSIGN_OR_RETURN(const auto key, service::LocalKey::Load(home_.path() + "/local.key"));
    service::TokenContent content;
    content.subject = caller;
    content.roles = {service::Role::kMember};
    content.issued_at = now_;
    content.lifetime = std::chrono::minutes(5);
    token = key.Sign(content);
  }
  COFILTER_ASSIGN_OR_RETURN(const auto channel,
                            cli::OpenChannel({.server = address_, .token = token}));
  const auto stub = v1::RecommendationService::NewStub(channel);
  v1::RecommendItemsRequest request;
  request.set_member_id(member_id);
  request.set_surface("news");
  v1::RecommendItemsResponse response;
  return Call(*stub, &v1::RecommendationService::Stub::RecommendItems, request, &response);
}

absl::StatusOr<std::vector<std::string>> SimulatedServer::RecommendOverHttp(
    const std::string& member_id, const std::string& surface, int count, double dial) {
  const nlohmann::json request = {
      {"memberId", member_id}, {"surface", surface}, {"count", count}, {"dial", dial}};
  bench::HttpClient client(http_port_);
  const bench::Answer answer =
      client.Post("/cofilter.v1.RecommendationService/RecommendItems", request.dump(),
                  "application/json", absl::StrCat("authorization: Bearer ", token_, "\r\n"));
  if (answer.status != 200)
    return absl::InternalError(absl::StrCat("HTTP status ", answer.status, ": ", answer.body));
  const nlohmann::json response = nlohmann::json::parse(answer.body);
  std::vector<std::string> item_ids;
  for (const nlohmann::json& item : response.at("recommendation").at("items"))
    item_ids.push_back(item.at("itemId"));
  return item_ids;
}

absl::Status SimulatedServer::Run(const std::string& program, std::vector<std::string> arguments) {
  bench::ChildOptions options;
  options.arguments = {Program(program)};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.output_path = absl::StrCat(home_.path(), "/", program, ".log");
  return bench::RunToEnd(options).status();
}

absl::Status SimulatedServer::Import(const std::string& content) {
  const std::string path = home_.path() + "/portal.log";
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(path, content));
  return Run("cofilter", {"import", path, "--source", "portal", "--server", address_,
                          "--token-file", home_.path() + "/operator.token"});
}

absl::StatusOr<std::int64_t> SimulatedServer::Retrain() {
  std::filesystem::remove_all(exported_);
  COFILTER_RETURN_IF_ERROR(Run("cofilter", {"export", "--store", store_, "--out", exported_}));
  COFILTER_RETURN_IF_ERROR(
      Run("cofilter-train",
          {"--events", exported_ + "/events", "--items", exported_ + "/items.jsonl", "--config",
           COFILTER_CONFIG, "--models", models_, "--seed", "1", "--threads", "2"}));
  std::int64_t newest = 0;
  for (const auto& entry : std::filesystem::directory_iterator(models_)) {
    if (entry.is_directory())
      newest = std::max<std::int64_t>(newest, std::atoll(entry.path().filename().c_str()));
  }
  return newest;
}

absl::Status SimulatedServer::Promote(std::int64_t version) {
  v1::PromoteModelRequest request;
  request.set_version(version);
  request.set_reason("nightly");
  v1::ModelDeployment response;
  return Call(*model_stub_, &v1::ModelService::Stub::PromoteModel, request, &response);
}

absl::StatusOr<std::int64_t> SimulatedServer::RollBack() {
  v1::RollBackModelRequest request;
  request.set_reason("a test of going back");
  v1::ModelDeployment response;
  COFILTER_RETURN_IF_ERROR(
      Call(*model_stub_, &v1::ModelService::Stub::RollBackModel, request, &response));
  return response.version();
}

absl::StatusOr<std::int64_t> SimulatedServer::ServedVersion() {
  v1::ListModelsResponse response;
  COFILTER_RETURN_IF_ERROR(
      Call(*model_stub_, &v1::ModelService::Stub::ListModels, v1::ListModelsRequest(), &response));
  if (response.deployment().replicas_size() == 0) return absl::NotFoundError("no replica");
  return response.deployment().replicas(0).served_version();
}

absl::StatusOr<v1::Model> SimulatedServer::GetModel(std::int64_t version) {
  v1::GetModelRequest request;
  request.set_version(version);
  v1::Model model;
  COFILTER_RETURN_IF_ERROR(Call(*model_stub_, &v1::ModelService::Stub::GetModel, request, &model));
  return model;
}

absl::Status SimulatedServer::Backup(const std::string& name) {
  return Run("cofilter", {"backup", "--store", store_, "--to", home_.path() + "/" + name});
}

absl::Status SimulatedServer::Restore(const std::string& name) {
  return Run("cofilter",
             {"restore", "--from", home_.path() + "/" + name, "--store", store_, "--force"});
}

absl::StatusOr<std::int64_t> SimulatedServer::CountEvents() {
  service::SqliteStoreOptions options;
  options.path = store_;
  COFILTER_ASSIGN_OR_RETURN(const auto store, service::SqliteStore::OpenReadOnly(options));
  std::int64_t count = 0;
  for (service::Sequence after = 0;;) {
    COFILTER_ASSIGN_OR_RETURN(const auto page, store->events().ReadAfter(after, 10000));
    if (page.empty()) return count;
    count += static_cast<std::int64_t>(page.size());
    after = page.back().sequence;
  }
}

}  // namespace cofilter::end_to_end
