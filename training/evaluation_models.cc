// Baselines by name, notches from text.
#include "training/evaluation_models.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "models/operator_parameters.h"
#include "runtime/status_macros.h"
#include "training/baseline.h"

namespace cofilter::training {

absl::StatusOr<std::unique_ptr<const models::Scorer>> TrainBaseline(const std::string& text,
                                                                    const data::Dataset& train,
                                                                    std::uint64_t seed,
                                                                    runtime::ThreadPool* pool) {
  COFILTER_ASSIGN_OR_RETURN(const Baseline baseline, ParseBaseline(text));
  return BaselineTrainer(train, seed, pool).Train(baseline);
}

absl::StatusOr<std::vector<int>> ParseNotches(const std::string& text) {
  const auto wrong = [&text] {
    return absl::InvalidArgumentError(absl::StrCat(
        "--notch is \"", text, "\"; right: all, or notches from 0 to 10 such as 0,5,10 or 0-10"));
  };
  std::vector<int> notches;
  const std::vector<std::string> parts = absl::StrSplit(text == "all" ? "0-10" : text, ',');
  for (const std::string& part : parts) {
    const std::vector<std::string> ends = absl::StrSplit(part, '-');
    int first = 0, last = 0;
    if (ends.size() > 2 || !absl::SimpleAtoi(ends.front(), &first) ||
        !absl::SimpleAtoi(ends.back(), &last) || first < 0 || last >= models::kNotches ||
        first > last) {
      return wrong();
    }
    for (int notch = first; notch <= last; ++notch) notches.push_back(notch);
  }
  std::sort(notches.begin(), notches.end());
  notches.erase(std::unique(notches.begin(), notches.end()), notches.end());
  return notches;
}

}  // namespace cofilter::training
