// The four splits, each a mask over the interactions.
#include "data/split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/digest.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

absl::Status CheckFraction(double fraction) {
  if (fraction > 0 && fraction < 1) return absl::OkStatus();
  return FieldError("fraction", absl::StrCat(fraction), "above 0 and below 1");
}

// ⌊n · fraction⌋, where 10 · .3 is 3 whatever the doubles say.
std::size_t Share(std::size_t n, double fraction) {
  return static_cast<std::size_t>(std::floor(static_cast<double>(n) * fraction + 1e-9));
}

// held_out: [interactions].
Split Cut(const Dataset& dataset, const std::vector<bool>& held_out) {
  std::vector<bool> known(dataset.items());
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    if (!held_out[i]) known[dataset.interactions[i].item] = true;
  }
  Split split;
  split.train.order = dataset.order;
  std::vector<std::uint32_t> row_of_item(dataset.items());
  for (std::size_t item = 0; item < dataset.items(); ++item) {
    if (!known[item]) continue;
    row_of_item[item] = static_cast<std::uint32_t>(split.train.item_ids.size());
    split.train.item_ids.push_back(dataset.item_ids[item]);
  }
  for (std::size_t member = 0; member < dataset.members(); ++member) {
    TestMember test;
    const std::size_t before = split.train.interactions.size();
    for (std::size_t i = dataset.offsets[member]; i < dataset.offsets[member + 1]; ++i) {
      const Interaction& interaction = dataset.interactions[i];
      if (held_out[i]) {
        test.items.push_back(dataset.item_ids[interaction.item]);
        continue;
      }
      split.train.interactions.push_back(interaction);
      split.train.interactions.back().item = row_of_item[interaction.item];
      split.train.cutoff = std::max(split.train.cutoff, interaction.at);
    }
    if (split.train.interactions.size() == before) continue;
    test.member = static_cast<std::uint32_t>(split.train.member_ids.size());
    split.train.member_ids.push_back(dataset.member_ids[member]);
    split.train.offsets.push_back(split.train.interactions.size());
    if (!test.items.empty()) split.test.push_back(std::move(test));
  }
  return split;
}

}  // namespace

absl::StatusOr<Split> SplitLeaveLastOut(const Dataset& dataset) {
  if (dataset.order == Order::kNone) {
    return absl::FailedPreconditionError(
        "leave-last-out needs to know what was last; this dataset has no order");
  }
  std::vector<bool> held_out(dataset.interactions.size());
  for (std::size_t member = 0; member < dataset.members(); ++member) {
    if (dataset.of(member).size() >= 2) held_out[dataset.offsets[member + 1] - 1] = true;
  }
  return Cut(dataset, held_out);
}

absl::StatusOr<Split> SplitByHash(const Dataset& dataset, std::uint64_t seed, double fraction) {
  COFILTER_RETURN_IF_ERROR(CheckFraction(fraction));
  std::vector<bool> held_out(dataset.interactions.size());
  std::vector<std::pair<runtime::Sha256Digest, std::size_t>> order;
  std::string text;
  for (std::size_t member = 0; member < dataset.members(); ++member) {
    const std::size_t count = Share(dataset.of(member).size(), fraction);
    if (count == 0) continue;
    order.clear();
    for (std::size_t i = dataset.offsets[member]; i < dataset.offsets[member + 1]; ++i) {
      text = absl::StrCat(seed, "\t", dataset.member_ids[member], "\t",
                          dataset.item_ids[dataset.interactions[i].item]);
      order.emplace_back(runtime::Sha256(text), i);
    }
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
                     order.end());
    for (std::size_t i = 0; i < count; ++i) held_out[order[i].second] = true;
  }
  return Cut(dataset, held_out);
}

absl::StatusOr<Split> SplitByTime(const Dataset& dataset, double fraction) {
  COFILTER_RETURN_IF_ERROR(CheckFraction(fraction));
  if (dataset.order != Order::kTime) {
    return absl::FailedPreconditionError("a split by time needs times; this dataset has none");
  }
  const std::size_t total = dataset.interactions.size();
  const std::size_t count = Share(total, fraction);
  std::vector<bool> held_out(total);
  std::vector<std::uint32_t> member_of(total);
  for (std::size_t member = 0; member < dataset.members(); ++member) {
    for (std::size_t i = dataset.offsets[member]; i < dataset.offsets[member + 1]; ++i) {
      member_of[i] = static_cast<std::uint32_t>(member);
    }
  }
  std::vector<std::size_t> order(total);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto first = order.begin() + static_cast<std::ptrdiff_t>(total - count);
  std::nth_element(order.begin(), first, order.end(), [&](std::size_t a, std::size_t b) {
    const Interaction& left = dataset.interactions[a];
    const Interaction& right = dataset.interactions[b];
    if (left.at != right.at) return left.at < right.at;
    if (left.item != right.item) return left.item < right.item;  // rows rise with ids
    return dataset.member_ids[member_of[a]] < dataset.member_ids[member_of[b]];
  });
  for (auto at = first; at != order.end(); ++at) held_out[*at] = true;
  return Cut(dataset, held_out);
}

absl::StatusOr<Split> SplitColdItems(const Dataset& dataset, std::uint64_t seed, double fraction) {
  COFILTER_RETURN_IF_ERROR(CheckFraction(fraction));
  std::vector<std::pair<runtime::Sha256Digest, std::size_t>> order(dataset.items());
  for (std::size_t item = 0; item < dataset.items(); ++item) {
    order[item] = {runtime::Sha256(absl::StrCat(seed, "\t", dataset.item_ids[item])), item};
  }
  std::sort(order.begin(), order.end());
  std::vector<bool> cold(dataset.items());
  for (std::size_t i = 0; i < Share(dataset.items(), fraction); ++i) cold[order[i].second] = true;
  std::vector<bool> held_out(dataset.interactions.size());
  for (std::size_t i = 0; i < held_out.size(); ++i)
    held_out[i] = cold[dataset.interactions[i].item];
  return Cut(dataset, held_out);
}

}  // namespace cofilter::data
