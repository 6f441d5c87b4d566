// Trains, imports, promotes, asks.
#include "bench/served_set.h"

#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "training/evaluator.h"

namespace cofilter::bench {

absl::StatusOr<std::unique_ptr<ServedSet>> ServedSet::Open(
    const Settings& settings, const SetDescriptor& set, const std::string& bench,
    std::function<void(const std::string&)> say) {
  std::unique_ptr<ServedSet> served(new ServedSet(settings, set, std::move(say)));
  COFILTER_ASSIGN_OR_RETURN(served->data_, LoadSet(set));
  COFILTER_RETURN_IF_ERROR(training::CheckNoLeak(served->data_));
  served->meter_ = std::make_unique<QualityMeter>(served->data_);
  served->server_options_ = {
      .program = settings.programs + "/cofilter-server",
      .directory = absl::StrCat(settings.work_directory, "/", bench, "-store-", set.name),
      .models_directory = absl::StrCat(settings.work_directory, "/", bench, "-models-", set.name),
      .operator_name = "",
      .worker_threads = 0,
      .cpu = std::nullopt};
  return served;
}

absl::Status ServedSet::TrainAndServe(const std::string& parameters,
                                      std::vector<std::string> flags) {
  say_(absl::StrCat(set_.name, ": training, parameters ",
                    parameters.empty() ? "chosen by the trainer" : parameters));
  COFILTER_ASSIGN_OR_RETURN(
      trained_,
      TrainOnSet(settings_, set_, parameters, server_options_.models_directory, std::move(flags)));
  COFILTER_ASSIGN_OR_RETURN(loaded_, LoadOperator(trained_.directory));
  COFILTER_RETURN_IF_ERROR(training::CheckTrainedOn(*loaded_.op, data_));
  if (server_ == nullptr) {
    server_options_.operator_name = loaded_.op->name();
    COFILTER_ASSIGN_OR_RETURN(server_, ServerProcess::Start(server_options_));
    client_ = std::make_unique<ServiceClient>(server_->client());
    say_(absl::StrCat(set_.name, ": importing ", data_.train.interactions.size(), " events"));
    COFILTER_RETURN_IF_ERROR(ImportSet(*client_, data_.train));
  } else if (loaded_.op->name() != server_options_.operator_name) {
    return absl::InternalError(
        absl::StrCat("a later model's operator is called ", loaded_.op->name()));
  }
  return client_->Promote(trained_.version);
}

absl::StatusOr<Lists> ServedSet::Ask(std::span<const std::uint32_t> members, int notch) {
  Lists lists(members.size());
  COFILTER_RETURN_IF_ERROR(
      ForEachInFlight(members.size(), kCallsInFlight, [&](std::size_t n) -> absl::Status {
        v1::RecommendItemsRequest request;
        const std::uint32_t member = data_.test[members[n]].member;
        request.set_member_id(data_.train.member_ids[member]);
        request.set_surface(kSurface);
        request.set_count(kListLength);
        request.set_dial(static_cast<double>(notch) / (models::kNotches - 1));
        request.set_max_reasons(0);
        COFILTER_ASSIGN_OR_RETURN(const v1::RecommendItemsResponse response,
                                  client_->Recommend(request));
        const v1::Recommendation& list = response.recommendation();
        if (!data_.train.of(member).empty() && list.level() != v1::LEVEL_PERSONALISED) {
          ++unpersonalised_;
        }
        for (const v1::RecommendedItem& item : list.items()) {
          const std::optional<std::uint32_t> row = meter_->RowOf(item.item_id());
          if (!row)
            return absl::InternalError(
                absl::StrCat("item ", item.item_id(), " is of no catalogue"));
          lists[n].push_back(*row);
        }
        return absl::OkStatus();
      }));
  return lists;
}

std::vector<std::uint32_t> EveryTestMember(const SetData& data) {
  std::vector<std::uint32_t> members(data.test.size());
  std::iota(members.begin(), members.end(), 0u);
  return members;
}

}  // namespace cofilter::bench
