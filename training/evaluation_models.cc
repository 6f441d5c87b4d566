// Baselines by name, notches from text.
#include "training/evaluation_models.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "models/operator_parameters.h"
#include "training/implicit_als.h"
#include "training/interaction_matrix.h"

namespace cofilter::training {

absl::StatusOr<std::unique_ptr<const models::Scorer>> TrainBaseline(const std::string& name,
                                                                    const data::Dataset& train,
                                                                    std::uint64_t seed,
                                                                    runtime::ThreadPool* pool) {
  if (name == "popularity") {
    const std::vector<std::uint32_t> degrees = data::ItemDegrees(train);
    return models::MakePopularityScorer(std::vector<float>(degrees.begin(), degrees.end()));
  }
  if (name == "item-cosine") {
    std::vector<std::uint32_t> rows;
    for (const data::Interaction& interaction : train.interactions)
      rows.push_back(interaction.item);
    return models::MakeItemCosineScorer(train.offsets, rows,
                                        static_cast<std::uint32_t>(train.items()));
  }
  if (name == "implicit-als") {
    ImplicitAlsSettings settings;
    settings.seed = seed;
    return models::MakeImplicitAlsScorer(
        TrainImplicitAls(BuildInteractionMatrix(train), settings, pool));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--baseline is \"", name, "\"; right: popularity, item-cosine or implicit-als"));
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
