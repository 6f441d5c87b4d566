// RecommendItems one at a time, and the bare server beside it.
#include "bench/timed_calls.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {

absl::StatusOr<TimedServer> PrepareTimedServer(const Settings& settings, const SetDescriptor& set,
                                               const std::string& name) {
  TimedServer server;
  server.options = {.program = settings.programs + "/cofilter-server",
                    .directory = settings.work_directory + "/" + name,
                    .models_directory = settings.work_directory + "/" + name + "-models",
                    .operator_name = "",
                    .worker_threads = 1,
                    .cpu = std::nullopt};
  COFILTER_ASSIGN_OR_RETURN(
      server.trained,
      TrainOnSet(settings, set, settings.smoke ? "" : ParameterFile(settings, set.name),
                 server.options.models_directory));
  COFILTER_ASSIGN_OR_RETURN(const LoadedOperator loaded, LoadOperator(server.trained.directory));
  server.options.operator_name = loaded.op->name();
  COFILTER_ASSIGN_OR_RETURN(server.data, LoadSet(set));
  return server;
}

std::vector<v1::RecommendItemsRequest> MakeRequests(const SetData& set, std::size_t count) {
  std::vector<v1::RecommendItemsRequest> requests(count);
  for (std::size_t n = 0; n < count; ++n) {
    // A stride that has no factor with a set's size spreads the calls over all members.
    const data::TestMember& member = set.test[n * 7919 % set.test.size()];
    requests[n].set_member_id(set.train.member_ids[member.member]);
    requests[n].set_surface(kSurface);
    requests[n].set_count(kListLength);
  }
  return requests;
}

// Milliseconds of each call. With `replies`, what was answered, as the bare server reads it.
absl::StatusOr<std::vector<double>> CallOneByOne(
    const ServiceClient& client, const std::vector<v1::RecommendItemsRequest>& requests,
    std::string* replies) {
  std::vector<double> times;
  times.reserve(requests.size());
  for (const v1::RecommendItemsRequest& request : requests) {
    const auto start = std::chrono::steady_clock::now();
    absl::StatusOr<v1::RecommendItemsResponse> response = client.Recommend(request);
    const auto end = std::chrono::steady_clock::now();
    COFILTER_RETURN_IF_ERROR(response.status());
    times.push_back(std::chrono::duration<double, std::milli>(end - start).count());
    if (response->recommendation().level() != v1::LEVEL_PERSONALISED) {
      return absl::InternalError(absl::StrCat("member ", request.member_id(),
                                              " got a list of level ",
                                              v1::Level_Name(response->recommendation().level())));
    }
    if (replies == nullptr) continue;
    const std::string bytes = response->SerializeAsString();
    const auto length = static_cast<std::uint32_t>(bytes.size());
    replies->append(reinterpret_cast<const char*>(&length), sizeof length);
    replies->append(bytes);
  }
  return times;
}

absl::StatusOr<BareServer> StartBareServer(const Settings& settings, const std::string& replies,
                                           int cpu) {
  const std::string file = settings.work_directory + "/replies";
  const std::string port_file = settings.work_directory + "/bare-port";
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(file, replies));
  // Another benchmark of this run may have left its own.
  std::error_code error;
  std::filesystem::remove(port_file, error);
  BareServer server;
  COFILTER_ASSIGN_OR_RETURN(
      server.child,
      ChildProcess::Start(
          {.arguments = {settings.programs + "/cofilter-bench-bare-server", file, port_file},
           .environment = {},
           .output_path = settings.work_directory + "/bare-server.log",
           .cpu = cpu}));
  COFILTER_ASSIGN_OR_RETURN(const int port, WaitForPort(port_file, *server.child));
  server.address = absl::StrCat("127.0.0.1:", port);
  server.client = std::make_unique<ServiceClient>(cli::ChannelOptions{.server = server.address});
  return server;
}

}  // namespace cofilter::bench
