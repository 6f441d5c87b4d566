// One day in the generated organisation: who comes, what they are shown, what they do.
#ifndef COFILTER_DATA_GENERATOR_DAY_H_
#define COFILTER_DATA_GENERATOR_DAY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "data/event.h"
#include "data/generator_plan.h"

namespace cofilter::data::generator {

// An event in few bytes; its texts are made when it is handed out.
struct Happening {
  std::int64_t second = 0;  // since the start of the first day
  std::uint32_t member = 0;
  std::uint32_t item = PlannedItem::kNone;
  std::uint32_t number = 0;    // of the event, in the day
  std::uint32_t visit = 0;     // in the day
  std::uint32_t retracts = 0;  // number of the event that a retraction takes back
  float value = 0;             // seconds of a read, progress, score of a pass or fail
  Verb verb = Verb::kVisit;
  std::uint8_t position = 0;  // rank in the list; 0: none
  bool learning = false;
};

// What a member did so far, as far as it bears on what comes.
struct MemberHistory {
  std::vector<std::uint32_t> done;            // read, or completed
  std::uint32_t course = PlannedItem::kNone;  // begun
  std::uint8_t quarters = 0;                  // of the course, done
};

struct Plan {
  OrganisationSettings settings;
  std::vector<Member> members;
  std::vector<PlannedMember> planned_members;
  std::vector<Item> items;
  std::vector<PlannedItem> planned_items;
};

// What can be shown on one day, by subject, weighted by popularity and age.
class Offer {
 public:
  Offer(const Plan& plan, std::uint32_t day, bool learning);
  bool empty() const { return subjects_.total() == 0; }
  // An item of a subject, or of any; nullopt when the subject has none.
  std::optional<std::uint32_t> PickOf(std::uint8_t subject, Random& random) const;
  std::uint32_t PickAny(Random& random) const;

 private:
  struct Shelf {
    std::vector<std::uint32_t> items;
    WeightedPicker picker;
  };
  std::array<Shelf, kSubjects> shelves_;
  WeightedPicker subjects_;
};

// Makes the `budget` events of a day, in the order of time, and moves the histories on. Fewer come
// out when nothing can be shown. histories: [members]; activity: picks members.
std::vector<Happening> PlayDay(const Plan& plan, const WeightedPicker& activity, std::uint32_t day,
                               std::uint64_t budget, std::vector<MemberHistory>& histories);

}  // namespace cofilter::data::generator

#endif  // COFILTER_DATA_GENERATOR_DAY_H_
