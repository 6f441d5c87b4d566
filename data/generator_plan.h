// What the generator plants before the first day: members with interests, items with subjects.
#ifndef COFILTER_DATA_GENERATOR_PLAN_H_
#define COFILTER_DATA_GENERATOR_PLAN_H_

#include <array>
#include <cstdint>
#include <vector>

#include "data/generator.h"
#include "data/generator_words.h"
#include "data/item.h"
#include "data/member.h"
#include "data/random.h"

namespace cofilter::data::generator {

// Streams of the seed, so that more items do not change the members.
enum class Stream : std::uint64_t {
  kTeams = 1,
  kMembers,
  kItems,
  kPopularSubjects,
  kDays,
  kCircles
};
inline Random StreamOf(const OrganisationSettings& settings, Stream stream,
                       std::uint64_t index = 0) {
  return Random(settings.seed, static_cast<std::uint64_t>(stream) + (index << 8));
}

inline constexpr std::uint8_t kNoSubject = 255;

struct Interest {
  std::uint8_t subject = kNoSubject;
  float weight = 0;
};

using Interests = std::array<Interest, 4>;  // weights add up to 1

struct PlannedMember {
  Interests interests;  // in news
  Interests learning;   // in what is learnt; the same at full cross interest
  float activity = 1;   // visits in proportion to it
};

struct PlannedItem {
  std::uint8_t subject = 0;
  std::uint8_t second = kNoSubject;
  bool learning = false;
  float popularity = 1;
  std::int64_t published_second = 0;  // since the start; negative before it
  std::int64_t expires_second = 0;
  std::array<std::uint32_t, 2> prerequisites;  // positions; kNone where there is none
  static constexpr std::uint32_t kNone = 0xffffffff;
};

// How much each subject is liked in the organisation as a whole. Shape: [kSubjects].
WeightedPicker PlanSubjects(const OrganisationSettings& settings);

// Both vectors of a pair have the same shape: [members], [items].
void PlanMembers(const OrganisationSettings& settings, const WeightedPicker& subjects,
                 std::vector<Member>& members, std::vector<PlannedMember>& planned);
void PlanItems(const OrganisationSettings& settings, const WeightedPicker& subjects,
               std::vector<Item>& items, std::vector<PlannedItem>& planned);

inline const Interests& InterestsIn(const PlannedMember& member, bool learning) {
  return learning ? member.learning : member.interests;
}
double AffinityOf(const PlannedMember& member, const PlannedItem& item);

}  // namespace cofilter::data::generator

#endif  // COFILTER_DATA_GENERATOR_PLAN_H_
