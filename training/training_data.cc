// Reads events once for all operators.
#include "training/training_data.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/dataset_source.h"
#include "data/interactions.h"
#include "runtime/progress.h"
#include "runtime/status_macros.h"

namespace cofilter::training {
namespace {

absl::StatusOr<data::SourceOptions> SourceOptionsOf(const DataOptions& options) {
  data::SourceOptions source;
  const std::string name = options.format == "jsonl"   ? "json"
                           : options.format == "lists" ? "list"
                                                       : options.format;
  const std::optional<data::Format> format = data::ParseFormat(name);
  if (!format.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("--format is \"", options.format,
                                                   "\"; right: auto, json, csv, list or table"));
  }
  if (!options.order.empty() && options.order != "none" && options.order != "sequence" &&
      options.order != "time") {
    return absl::InvalidArgumentError(
        absl::StrCat("--order is \"", options.order, "\"; right: none, sequence or time"));
  }
  if (*format == data::Format::kList && options.order == "time") {
    return absl::InvalidArgumentError(
        "--order is time; right for lists, which have no times: none or sequence");
  }
  source.format = *format;
  source.list.order_is_sequence = options.order == "sequence";
  source.table.member_column = options.member_column;
  source.table.item_column = options.item_column;
  source.table.time_column =
      options.order.empty() || options.order == "time" ? options.time_column : "";
  source.table.order_is_sequence = options.order == "sequence";
  source.quarantine.path = options.quarantine;
  source.quarantine.max_share = options.max_malformed;
  return source;
}

data::Order OrderOf(const DataOptions& options) {
  return options.order == "none"       ? data::Order::kNone
         : options.order == "sequence" ? data::Order::kSequence
                                       : data::Order::kTime;
}

// Shows how much of the file is read. The total is known only once reading has begun.
std::function<void(std::uint64_t, std::uint64_t)> ProgressOf(const char* what, bool quiet) {
  struct State {
    std::unique_ptr<runtime::Progress> progress;
    std::uint64_t told = 0;
  };
  const auto state = std::make_shared<State>();
  return [state, what, quiet](std::uint64_t read, std::uint64_t total) {
    if (quiet) return;
    // In KiB: byte counts of a compressed file say little as they are.
    if (state->progress == nullptr)
      state->progress = std::make_unique<runtime::Progress>(what, total >> 10);
    state->progress->Advance((read >> 10) - std::min(state->told, read >> 10));
    state->told = std::max(state->told, read >> 10);
  };
}

absl::StatusOr<std::vector<data::Item>> ReadCatalogue(const DataOptions& options) {
  std::vector<data::Item> items;
  data::SourceOptions source;
  source.quarantine.max_share = options.max_malformed;
  COFILTER_RETURN_IF_ERROR(data::ReadItems(options.items, source, [&items](data::Item& item) {
                             items.push_back(std::move(item));
                             return absl::OkStatus();
                           }).status());
  return items;
}

}  // namespace

absl::StatusOr<TrainingData> ReadTrainingData(const DataOptions& options,
                                              std::span<const OperatorPlan> plans) {
  COFILTER_ASSIGN_OR_RETURN(data::SourceOptions source, SourceOptionsOf(options));
  TrainingData training;
  if (!options.items.empty()) {
    COFILTER_ASSIGN_OR_RETURN(training.items, ReadCatalogue(options));
  }
  std::unordered_map<std::string_view, data::ItemKind> kinds;
  for (const data::Item& item : training.items) kinds[item.item_id] = item.kind;

  std::vector<data::DatasetBuilderOptions> builder_options;
  for (const OperatorPlan& plan : plans) {
    data::DatasetBuilderOptions& builder = builder_options.emplace_back();
    builder.weights = plan.weights;
    builder.order = OrderOf(options);
    if (plan.kinds.empty()) continue;
    if (options.items.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("operator \"", plan.settings.name,
                       "\" takes items of some kinds only; right: --items with the catalogue"));
    }
    builder.accept_item = [&kinds, &plan](std::string_view id) {
      const auto at = kinds.find(id);
      return at != kinds.end() &&
             std::find(plan.kinds.begin(), plan.kinds.end(), at->second) != plan.kinds.end();
    };
  }

  source.progress = ProgressOf("reading (KiB)", options.quiet);
  if (source.format == data::Format::kList || source.format == data::Format::kTable) {
    if (plans.size() > 1 && options.events == "-") {
      return absl::InvalidArgumentError(
          "--events is -; right with several operators and this format: a file");
    }
    for (const data::DatasetBuilderOptions& builder : builder_options) {
      COFILTER_ASSIGN_OR_RETURN(data::DatasetSource read,
                                data::ReadDataset(options.events, source, builder));
      training.datasets.push_back(std::move(read.dataset));
      training.report = std::move(read.report);
    }
    return training;
  }
  for (std::size_t p = 0; p < plans.size(); ++p) {
    training.moments.emplace_back(plans[p].weights, builder_options[p].accept_item);
  }
  std::vector<data::DatasetBuilder> builders;
  for (data::DatasetBuilderOptions& builder : builder_options) {
    COFILTER_ASSIGN_OR_RETURN(data::DatasetBuilder made,
                              data::DatasetBuilder::Create(std::move(builder)));
    builders.push_back(std::move(made));
  }
  COFILTER_ASSIGN_OR_RETURN(training.report,
                            data::ReadEvents(options.events, source, [&](data::Event& event) {
                              for (std::size_t p = 0; p < plans.size(); ++p) {
                                builders[p].Add(event);
                                if (ServesNews(plans[p])) training.moments[p].Add(event);
                              }
                              return absl::OkStatus();
                            }));
  source.progress = nullptr;  // ends its line
  for (data::DatasetBuilder& builder : builders) {
    COFILTER_ASSIGN_OR_RETURN(data::Dataset dataset, std::move(builder).Build());
    training.datasets.push_back(std::move(dataset));
  }
  return training;
}

absl::StatusOr<data::Split> SplitBy(const std::string& kind, double share, std::uint64_t seed,
                                    const data::Dataset& dataset) {
  // Too little to cut is no mistake of the caller's: one operator of several may be young.
  if (dataset.members() == 0 && (kind == "leave-last-out" || kind == "holdout" || kind == "time")) {
    return data::Split();
  }
  if (kind == "leave-last-out") return data::SplitLeaveLastOut(dataset);
  if (kind == "holdout") return data::SplitByHash(dataset, seed, share);
  if (kind == "time") return data::SplitByTime(dataset, share);
  return absl::InvalidArgumentError(
      absl::StrCat("--split is \"", kind, "\"; right: leave-last-out, holdout or time"));
}

}  // namespace cofilter::training
