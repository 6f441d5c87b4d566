// The invariants of a list, one after another.
#include "tests/end_to_end/list_checks.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace cofilter::end_to_end {
namespace {

bool IsLearning(data::ItemKind kind) {
  return kind == data::ItemKind::kCourse || kind == data::ItemKind::kMaterial ||
         kind == data::ItemKind::kVideo || kind == data::ItemKind::kActivity;
}

bool Near(double a, double b, double scale) {
  return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b), scale});
}

const std::set<std::string>& Of(const std::map<std::string, std::set<std::string>>& by_member,
                                const std::string& member_id) {
  static const std::set<std::string> none;
  const auto found = by_member.find(member_id);
  return found == by_member.end() ? none : found->second;
}

}  // namespace

void World::Apply(const data::Event& event) {
  if (event.verb == data::Verb::kRead) read[event.member_id].insert(event.item_id);
  if (event.verb == data::Verb::kComplete) completed[event.member_id].insert(event.item_id);
}

std::vector<std::string> CheckList(const World& world, const v1::Recommendation& list,
                                   const std::string& member_id, runtime::Time now) {
  std::vector<std::string> violations;
  const auto report = [&](const std::string& what) {
    violations.push_back(absl::StrCat(list.surface(), " for ", member_id, " at ",
                                      runtime::FormatTime(now), ": ", what));
  };
  std::set<std::string> listed;
  int rank = 0;
  for (const v1::RecommendedItem& entry : list.items()) {
    const std::string& id = entry.item_id();
    if (entry.rank() != ++rank) report(absl::StrCat(id, " has rank ", entry.rank()));
    if (!listed.insert(id).second) report(id + " stands twice");
    const auto found = world.items.find(id);
    if (found == world.items.end()) {
      report(id + " is unknown");
      continue;
    }
    const data::Item& item = found->second;
    if (world.retired.count(id) > 0) report(id + " is retired");
    if (item.published_at && *item.published_at > now) report(id + " is not out yet");
    if (item.expires_at && *item.expires_at <= now) report(id + " has expired");
    if (list.surface() == "learning") {
      if (!IsLearning(item.kind)) report(id + " is nothing to learn from");
      if (Of(world.completed, member_id).count(id) > 0) report(id + " was completed");
      for (const std::string& prerequisite : item.prerequisites) {
        if (Of(world.completed, member_id).count(prerequisite) == 0)
          report(absl::StrCat(id, " needs ", prerequisite, " first"));
      }
    } else {
      if (IsLearning(item.kind)) report(id + " is no news");
      if (Of(world.read, member_id).count(id) > 0) report(id + " was read");
    }

    double sum = 0, personal = 0, magnitude = 0;
    bool has_personal = false;
    for (const v1::ScoreLine& line : entry.lines()) {
      sum += line.value();
      magnitude += std::abs(line.value());
      if (line.kind() == v1::SCORE_LINE_KIND_OPERATOR ||
          line.kind() == v1::SCORE_LINE_KIND_CONTENT) {
        personal += line.value();
        has_personal = true;
      }
    }
    if (!Near(sum, entry.score(), magnitude))
      report(absl::StrCat(id, ": lines give ", sum, ", the score is ", entry.score()));
    if (!has_personal && (entry.reasons_size() > 0 || entry.remainder() != 0))
      report(id + " has personal reasons without a personal score");
    if (has_personal) {
      double reasons = entry.remainder();
      for (const v1::Reason& reason : entry.reasons()) reasons += reason.contribution();
      if (!Near(reasons, personal, magnitude))
        report(absl::StrCat(id, ": reasons give ", reasons, ", the personal line is ", personal));
      if (list.personalised_off()) report(id + " is personal though the member opted out");
    }
  }
  return violations;
}

}  // namespace cofilter::end_to_end
