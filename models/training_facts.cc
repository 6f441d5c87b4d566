// Checks of what the training tells.
#include "models/training_facts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "data/pair_digest.h"

namespace cofilter::models {

double DialEffects::Cost(int notch) const {
  double cost = 0;
  for (int each = 1; each <= notch && recall[0] > 0; ++each) {
    cost = std::max(cost, 1 - recall[static_cast<std::size_t>(each)] / recall[0]);
  }
  return cost;
}

absl::Status TrainingFacts::Validate() const {
  if (!data_digest.empty() && !data::PairDigest::FromHex(data_digest).has_value()) {
    return absl::InvalidArgumentError("data_digest is no digest; right: 32 hexadecimal digits");
  }
  if (!dial.has_value()) return absl::OkStatus();
  for (const auto& [name, values] :
       {std::pair{"recall", &dial->recall}, std::pair{"ndcg", &dial->ndcg},
        std::pair{"tail_recall", &dial->tail_recall}, std::pair{"coverage", &dial->coverage}}) {
    for (const double value : *values) {
      if (value >= 0 && value <= 1) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("dial.", name, " has ", value, "; right: 0 to 1"));
    }
  }
  return absl::OkStatus();
}

}  // namespace cofilter::models
