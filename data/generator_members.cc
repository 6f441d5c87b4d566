// Plants the org-unit tree and the members in it.
#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/generator_plan.h"

namespace cofilter::data::generator {
namespace {

constexpr std::uint32_t kMembersPerSite = 2'000;
constexpr std::uint32_t kMembersPerTeam = 15;
constexpr std::array<float, 4> kInterestWeights = {0.4f, 0.25f, 0.2f, 0.15f};

// A leaf of the tree and what its people read about.
struct Team {
  std::string path;
  std::array<std::uint8_t, 4> subjects;
};

std::vector<Team> PlanTeams(const OrganisationSettings& settings, const WeightedPicker& subjects) {
  Random random = StreamOf(settings, Stream::kTeams);
  const std::uint32_t sites = 1 + settings.members / kMembersPerSite;
  const auto teams_per_department = std::max<std::uint32_t>(
      1, settings.members / (sites * static_cast<std::uint32_t>(kDepartments) * kMembersPerTeam));
  std::vector<Team> teams;
  for (std::uint32_t site = 0; site < sites; ++site) {
    const std::string site_path = site == 0 ? "/headquarters" : absl::StrCat("/branch-", site);
    for (const Department& department : kDepartmentTable) {
      for (std::uint32_t team = 1; team <= teams_per_department; ++team) {
        Team planned;
        planned.path = absl::StrCat(site_path, "/", std::string(department.name), "/team-", team);
        for (std::size_t i = 0; i < planned.subjects.size(); ++i) {
          // Three subjects of the department's own topics, one of anything. (Two draws in one
          // expression would leave their order to the compiler.)
          const std::size_t topic = department.topics[random.Below(4)];
          const std::size_t own = topic * kSubjectsPerTopic + random.Below(kSubjectsPerTopic);
          planned.subjects[i] = static_cast<std::uint8_t>(i < 3 ? own : subjects.Pick(random));
        }
        teams.push_back(std::move(planned));
      }
    }
  }
  return teams;
}

void PlanInterests(const Team& team, const WeightedPicker& subjects, Random& random,
                   Interests& interests) {
  for (std::size_t i = 0; i < interests.size(); ++i) {
    const auto subject = random.Chance(0.55) ? team.subjects[random.Below(4)]
                                             : static_cast<std::uint8_t>(subjects.Pick(random));
    // A subject that is drawn again is liked the more.
    const auto same =
        std::find_if(interests.begin(), interests.begin() + i,
                     [&](const Interest& interest) { return interest.subject == subject; });
    if (same != interests.begin() + i) {
      same->weight += kInterestWeights[i];
    } else {
      interests[i] = {subject, kInterestWeights[i]};
    }
  }
}

// What a member wants to learn: each interest that in news, or one of a circle that has nothing to
// do with the member's team.
void PlanLearning(double cross_interest, const std::vector<Team>& teams,
                  const WeightedPicker& subjects, Random& random, PlannedMember& planned) {
  const Team& circle = teams[random.Below(static_cast<std::uint32_t>(teams.size()))];
  Interests own;
  PlanInterests(circle, subjects, random, own);
  float sum = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    planned.learning[i] = random.Chance(cross_interest) ? planned.interests[i] : own[i];
    sum += planned.learning[i].weight;
  }
  for (Interest& interest : planned.learning) interest.weight /= sum;
}

void PlanLabels(const OrganisationSettings& settings, Random& random, Member& member) {
  if (random.Chance(0.10)) member.cohorts.push_back("new-staff");
  if (random.Chance(0.08)) member.cohorts.push_back("managers");
  if (random.Chance(0.25)) member.cohorts.push_back("engineers");
  if (random.Chance(0.60)) {
    const double credits = 4 + random.Below(9);
    member.required = {credits, settings.start + std::chrono::days(settings.days + 30)};
  }
}

}  // namespace

WeightedPicker PlanSubjects(const OrganisationSettings& settings) {
  Random random = StreamOf(settings, Stream::kPopularSubjects);
  std::array<std::uint32_t, kSubjects> rank;
  for (std::uint32_t i = 0; i < kSubjects; ++i) {
    const std::uint32_t other = random.Below(i + 1);
    rank[i] = rank[other];
    rank[other] = i;
  }
  WeightedPicker picker;
  for (const std::uint32_t r : rank) picker.Add(1.0 / (5.0 + r));
  return picker;
}

void PlanMembers(const OrganisationSettings& settings, const WeightedPicker& subjects,
                 std::vector<Member>& members, std::vector<PlannedMember>& planned) {
  const std::vector<Team> teams = PlanTeams(settings, subjects);
  Random random = StreamOf(settings, Stream::kMembers);
  Random circles = StreamOf(settings, Stream::kCircles);
  members.resize(settings.members);
  planned.resize(settings.members);
  for (std::uint32_t i = 0; i < settings.members; ++i) {
    const Team& team = teams[random.Below(static_cast<std::uint32_t>(teams.size()))];
    members[i].member_id = absl::StrFormat("m%06d", i + 1);
    members[i].org_unit = team.path;
    PlanLabels(settings, random, members[i]);
    PlanInterests(team, subjects, random, planned[i].interests);
    if (settings.cross_interest < 1) {
      PlanLearning(settings.cross_interest, teams, subjects, circles, planned[i]);
    } else {
      planned[i].learning = planned[i].interests;
    }
    // A few people are there all the time; most now and then.
    planned[i].activity = static_cast<float>(1.0 / std::sqrt(0.01 + random.Uniform()));
  }
}

double AffinityOf(const PlannedMember& member, const PlannedItem& item) {
  const bool two = item.second != kNoSubject;
  double liked = 0;
  for (const Interest& interest : InterestsIn(member, item.learning)) {
    if (interest.subject == kNoSubject) continue;
    if (interest.subject == item.subject) liked += interest.weight * (two ? 0.75 : 1.0);
    if (two && interest.subject == item.second) liked += interest.weight * 0.25;
    if (interest.subject / kSubjectsPerTopic == item.subject / kSubjectsPerTopic) {
      liked += interest.weight * 0.3;
    }
  }
  return std::min(1.0, liked * 2.5);
}

}  // namespace cofilter::data::generator
