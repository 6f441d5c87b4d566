// models: what is published and served; promote and roll back.
#include <unistd.h>

#include <iostream>
#include <memory>

#include <google/protobuf/util/time_util.h>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/table.h"
#include "cofilter/v1/model_service.grpc.pb.h"

namespace cofilter::cli {
namespace {

using ModelsConnection = Connection<v1::ModelService>;
using Stub = v1::ModelService::Stub;

void PrintDeployment(const v1::ModelDeployment& deployment) {
  std::cout << "should be served: "
            << (deployment.version() == 0 ? std::string("none yet")
                                          : absl::StrCat(deployment.version()))
            << ", before it: "
            << (deployment.previous_version() == 0 ? std::string("none")
                                                   : absl::StrCat(deployment.previous_version()));
  if (!deployment.changed_by().empty()) {
    std::cout << "; " << deployment.changed_by() << ": " << deployment.reason() << " ("
              << google::protobuf::util::TimeUtil::ToString(deployment.changed_at()) << ")";
  }
  std::cout << '\n';
  for (const auto& replica : deployment.replicas()) {
    std::cout << "replica " << replica.replica_id() << " serves "
              << (replica.served_version() == 0 ? std::string("none")
                                                : absl::StrCat(replica.served_version()));
    if (!replica.problem().empty()) std::cout << ": " << replica.problem();
    std::cout << '\n';
  }
}

absl::Status List(const Invocation& invocation) {
  v1::ListModelsRequest request;
  request.set_page_size(1000);
  auto response = ModelsConnection(invocation).Call(&Stub::ListModels, request);
  if (!response.ok()) return response.status();
  if (invocation.json) {
    std::cout << ToJson(*response) << '\n';
    return absl::OkStatus();
  }
  PrintDeployment(response->deployment());
  Table table({{"version", Align::kRight},
               {"data cut-off"},
               {"events", Align::kRight},
               {"operators"},
               {"state", Align::kLeft, 80}});
  for (const v1::Model& model : response->models()) {
    std::string operators;
    for (const auto& one : model.operators()) {
      absl::StrAppend(&operators, operators.empty() ? "" : ", ", one.name(), " (", one.items(),
                      " items, dim ", one.dim(), ")");
    }
    std::string state = model.served() ? "served" : "";
    if (!model.problem().empty()) state = model.problem();
    table.AddRow({absl::StrCat(model.version()),
                  google::protobuf::util::TimeUtil::ToString(model.data_cutoff()),
                  absl::StrCat(model.events()), operators, state});
  }
  table.Print(std::cout);
  return absl::OkStatus();
}

absl::Status Get(const Invocation& invocation, std::int64_t version) {
  v1::GetModelRequest request;
  request.set_version(version);
  auto response = ModelsConnection(invocation).Call(&Stub::GetModel, request);
  if (!response.ok()) return response.status();
  if (invocation.json) {
    std::cout << ToJson(*response) << '\n';
  } else {
    std::cout << (response->report_json().empty() ? std::string("no report lies beside it")
                                                  : response->report_json())
              << '\n';
  }
  return absl::OkStatus();
}

std::string ReasonOr(const std::string& reason) {
  if (!reason.empty()) return reason;
  const char* user = getenv("USER");  // NOLINT(concurrency-mt-unsafe): one thread
  return absl::StrCat("by the command line", user == nullptr ? "" : absl::StrCat(", ", user));
}

absl::Status PrintChange(const Invocation& invocation,
                         const absl::StatusOr<v1::ModelDeployment>& deployment) {
  if (!deployment.ok()) return deployment.status();
  if (invocation.json) {
    std::cout << ToJson(*deployment) << '\n';
  } else {
    PrintDeployment(*deployment);
  }
  return absl::OkStatus();
}

}  // namespace

void AddModelsCommand(CLI::App* app, Invocation* invocation) {
  CLI::App* models = AddCommand(app, invocation, "models", "Published models", "", nullptr);
  AddCommand(models, invocation, "list", "What is published, what should be and is served",
             "  cofilter models list --json", [invocation] { return List(*invocation); });

  auto version = std::make_shared<std::int64_t>(0);
  auto reason = std::make_shared<std::string>();
  CLI::App* get =
      AddCommand(models, invocation, "get", "The report of one model", "  cofilter models get 3",
                 [invocation, version] { return Get(*invocation, *version); });
  get->add_option("version", *version, "Its number")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}));

  CLI::App* promote = AddCommand(
      models, invocation, "promote", "Serve this model from now on",
      "  cofilter models promote 3 --reason 'better in the tail'", [invocation, version, reason] {
        v1::PromoteModelRequest request;
        request.set_version(*version);
        request.set_reason(ReasonOr(*reason));
        return PrintChange(*invocation,
                           ModelsConnection(*invocation).Call(&Stub::PromoteModel, request));
      });
  promote->add_option("version", *version, "Its number")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}));
  promote->add_option("--reason", *reason, "Why; kept in the audit log");

  CLI::App* roll_back = AddCommand(
      models, invocation, "roll-back", "Go back to the model served before",
      "  cofilter models roll-back --reason 'complaints'", [invocation, reason] {
        v1::RollBackModelRequest request;
        request.set_reason(ReasonOr(*reason));
        return PrintChange(*invocation,
                           ModelsConnection(*invocation).Call(&Stub::RollBackModel, request));
      });
  roll_back->add_option("--reason", *reason, "Why; kept in the audit log");
}

}  // namespace cofilter::cli
