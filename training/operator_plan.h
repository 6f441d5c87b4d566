// Which operators to train, on what, and with which settings: from a configuration file, a
// parameter file and flags.
#ifndef COFILTER_TRAINING_OPERATOR_PLAN_H_
#define COFILTER_TRAINING_OPERATOR_PLAN_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/item.h"
#include "data/verb_weights.h"
#include "training/training_settings.h"

namespace cofilter::training {

struct OperatorPlan {
  TrainingSettings settings;          // with the operator's name
  std::vector<data::ItemKind> kinds;  // of the items that it knows; empty: all
  data::VerbWeights weights = data::VerbWeights::News();
};

// Whether the moment counts for what it serves: news or articles. Then a ranker is fitted.
bool ServesNews(const OperatorPlan& plan);

// One operator "all" over every item.
std::vector<OperatorPlan> DefaultPlans();

// Reads a TOML file, which may be the server's. An operator comes from
// - [operators.NAME]: `kinds`, `weights` (a table of verbs; one left out says nothing) and any
//   setting by its name (setting_entries.h);
// - each operator that a [surfaces.S] names (by default its own name): its kinds and weights are
//   those of its surfaces, so that training and serving agree, unless [operators.NAME] has its own.
// Without any [surfaces] and [operators] the two default surfaces count, news and learning.
// Other tables are not looked at. Sorted by name.
// Errors: NOT_FOUND; INVALID_ARGUMENT naming file, entry, value and what is right.
absl::StatusOr<std::vector<OperatorPlan>> ReadPlans(const std::string& path);

// Applies a parameter file to every plan: TOML, with settings at its top, or JSON: the report of an
// earlier training, from which each plan takes the parameters that the operator of its name was
// given or chose. Errors as ReadPlans; NOT_FOUND also for an operator that the report does not
// have.
absl::Status ApplyParameterFile(const std::string& path, std::vector<OperatorPlan>* plans);

// Applies settings by name to every plan, as flags give them, then checks all plans.
absl::Status ApplyFlags(const std::vector<std::pair<std::string, std::string>>& flags,
                        std::vector<OperatorPlan>* plans);

// Leaves only the plan of that name. With a single plan that has no file behind it, names it.
// Errors: NOT_FOUND listing the names.
absl::Status KeepPlan(const std::string& name, bool from_file, std::vector<OperatorPlan>* plans);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_OPERATOR_PLAN_H_
