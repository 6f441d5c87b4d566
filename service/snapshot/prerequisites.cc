// A depth-first walk without recursion: a chain may be as long as the catalogue.
#include "service/snapshot/prerequisites.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cofilter::service {
namespace {

enum class Mark { kOnPath, kDone };
struct Step {
  std::string_view id;
  const std::vector<std::string>* prerequisites;
  std::size_t next = 0;
};

absl::Status CycleError(const std::vector<Step>& path, std::string_view closing) {
  constexpr std::size_t kShown = 20;
  const auto start =
      std::find_if(path.begin(), path.end(), [&](const Step& s) { return s.id == closing; });
  std::string cycle;
  std::size_t shown = 0;
  for (auto step = start; step != path.end(); ++step) {
    if (++shown > kShown) {
      absl::StrAppend(&cycle, "… → ");
      break;
    }
    absl::StrAppend(&cycle, std::string(step->id), " → ");
  }
  return absl::InvalidArgumentError(absl::StrCat("prerequisites make a cycle: ", cycle,
                                                 std::string(closing),
                                                 "; right: no item requires itself"));
}

}  // namespace

absl::Status CheckPrerequisites(std::span<const data::Item> items, const Catalogue& catalogue) {
  std::unordered_map<std::string_view, const data::Item*> changed;
  for (const data::Item& item : items) changed[item.item_id] = &item;
  const auto prerequisites_of = [&](std::string_view id) -> const std::vector<std::string>* {
    if (const auto found = changed.find(id); found != changed.end())
      return &found->second->prerequisites;
    const CatalogueItem* known = catalogue.Find(id);
    return known == nullptr ? nullptr : &known->item.prerequisites;
  };

  std::unordered_map<std::string_view, Mark> marks;
  std::vector<Step> path;
  const auto enter = [&](std::string_view id) {
    marks[id] = Mark::kOnPath;
    path.push_back({id, prerequisites_of(id)});
  };
  for (const data::Item& item : items) {
    if (item.prerequisites.empty() || marks.contains(item.item_id)) continue;
    enter(item.item_id);
    while (!path.empty()) {
      Step& step = path.back();
      if (step.prerequisites == nullptr || step.next == step.prerequisites->size()) {
        marks[step.id] = Mark::kDone;
        path.pop_back();
        continue;
      }
      const std::string_view next = (*step.prerequisites)[step.next++];
      const auto mark = marks.find(next);
      if (mark == marks.end()) {
        enter(next);
      } else if (mark->second == Mark::kOnPath) {
        return CycleError(path, next);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace cofilter::service
