// Counting what a stage drops.
#include "service/recommend/candidate.h"

namespace cofilter::service {

void CountDrop(StageTrace& trace, DropReason reason, std::uint32_t count) {
  if (count == 0) return;
  for (auto& [known, drops] : trace.drops) {
    if (known == reason) {
      drops += count;
      return;
    }
  }
  trace.drops.emplace_back(reason, count);
}

}  // namespace cofilter::service
