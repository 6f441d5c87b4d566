// The logs and the catalogue, read into one dataset for each operator.
#ifndef COFILTER_TRAINING_TRAINING_DATA_H_
#define COFILTER_TRAINING_TRAINING_DATA_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "data/item.h"
#include "data/record_source.h"
#include "data/split.h"
#include "training/moment_log.h"
#include "training/operator_plan.h"

namespace cofilter::training {

struct DataOptions {
  std::string events;           // file, directory or "-"
  std::string items;            // of the catalogue; empty: none
  std::string format = "auto";  // data::ParseFormat, and "jsonl" and "lists", its other names
  std::string order;            // "none", "sequence", "time"; empty: time, and none for lists
  std::string member_column = "member_id", item_column = "item_id",
              time_column = "occurred_at";  // tables
  std::string quarantine;                   // where malformed lines go; empty: only counted
  double max_malformed = 0.05;              // the share of lines that may be malformed
  bool quiet = false;                       // no progress
};

struct TrainingData {
  std::vector<data::Dataset> datasets;  // [plans]
  std::vector<MomentLog>
      moments;  // [plans]; of a plan that serves no news, or a log of pairs: empty
  std::vector<data::Item> items;
  data::SourceReport report;  // of the events
};

// Lines and tables of pairs have no verbs: every pair weighs 1.
// Errors: those of data::ReadEvents and ReadItems; INVALID_ARGUMENT for an option that is wrong;
// FAILED_PRECONDITION when a plan asks for kinds and there is no catalogue.
absl::StatusOr<TrainingData> ReadTrainingData(const DataOptions& options,
                                              std::span<const OperatorPlan> plans);

// How to hold out: "leave-last-out", "holdout" (a share of each member's items, by hash) or "time"
// (the latest share). A dataset that cannot be cut, such as an empty one, is nothing to train on
// and asks nobody.
// Errors: INVALID_ARGUMENT for another name; FAILED_PRECONDITION where the order that the cut needs
// means nothing.
absl::StatusOr<data::Split> SplitBy(const std::string& kind, double share, std::uint64_t seed,
                                    const data::Dataset& dataset);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_TRAINING_DATA_H_
