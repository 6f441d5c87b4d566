// The real server in a world whose clock the test owns: started, killed, backed up, retrained.
#ifndef COFILTER_TESTS_END_TO_END_SIMULATED_SERVER_H_
#define COFILTER_TESTS_END_TO_END_SIMULATED_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/child_process.h"
#include "cofilter/v1/catalogue_service.grpc.pb.h"
#include "cofilter/v1/event_service.grpc.pb.h"
#include "cofilter/v1/member_service.grpc.pb.h"
#include "cofilter/v1/model_service.grpc.pb.h"
#include "cofilter/v1/recommendation_service.grpc.pb.h"
#include "data/event.h"
#include "data/item.h"
#include "data/member.h"
#include "runtime/clock.h"
#include "runtime/files.h"

namespace cofilter::end_to_end {

// Thread-safety: one thread at a time.
class SimulatedServer {
 public:
  // Everything lies under a temporary directory. The clock stands at `start`; no server runs yet.
  static absl::StatusOr<std::unique_ptr<SimulatedServer>> Create(runtime::Time start);

  void SetClock(runtime::Time now);
  runtime::Time now() const { return now_; }

  absl::Status Start();
  // SIGKILL: nothing is flushed, nothing is said.
  void Kill();

  absl::Status UpsertItems(std::span<const data::Item> items);
  absl::Status RetireItem(const std::string& item_id);
  absl::Status UpsertMembers(std::span<const data::Member> members);
  absl::Status SetPersonalised(const std::string& member_id, bool personalised);
  // The number recorded now; what was there already does not count.
  absl::StatusOr<int> Record(std::span<const data::Event> events);
  // Another system's log, through the running server.
  absl::Status Import(const std::string& content);
  absl::StatusOr<v1::Recommendation> Recommend(const std::string& member_id,
                                               const std::string& surface, int count, double dial);

  // What a member's own token is told when it asks for the list of `member_id`; an empty `caller`
  // has no token.
  absl::Status AskAs(const std::string& caller, const std::string& member_id);
  // Item ids in order, over the HTTP door.
  absl::StatusOr<std::vector<std::string>> RecommendOverHttp(const std::string& member_id,
                                                             const std::string& surface, int count,
                                                             double dial);

  // Exports the store, trains and publishes: the version.
  absl::StatusOr<std::int64_t> Retrain();
  absl::Status Promote(std::int64_t version);
  // The version that the server goes back to.
  absl::StatusOr<std::int64_t> RollBack();
  absl::StatusOr<std::int64_t> ServedVersion();
  absl::StatusOr<v1::Model> GetModel(std::int64_t version);

  absl::Status Backup(const std::string& name);
  // Only while no server runs.
  absl::Status Restore(const std::string& name);
  // Events in the store, read beside the server.
  absl::StatusOr<std::int64_t> CountEvents();

  const std::string& models_directory() const { return models_; }

 private:
  SimulatedServer(runtime::TemporaryDirectory home, runtime::Time start);
  absl::Status Run(const std::string& program, std::vector<std::string> arguments);

  runtime::TemporaryDirectory home_;
  std::string store_, models_, clock_file_, exported_;
  runtime::Time now_;
  int runs_ = 0;
  std::string address_;
  int http_port_ = 0;
  std::string token_;  // the operator's
  std::unique_ptr<bench::ChildProcess> server_;
  std::unique_ptr<v1::CatalogueService::Stub> catalogue_;
  std::unique_ptr<v1::EventService::Stub> events_;
  std::unique_ptr<v1::MemberService::Stub> members_;
  std::unique_ptr<v1::ModelService::Stub> model_stub_;
  std::unique_ptr<v1::RecommendationService::Stub> recommendations_;
};

}  // namespace cofilter::end_to_end

#endif  // COFILTER_TESTS_END_TO_END_SIMULATED_SERVER_H_
