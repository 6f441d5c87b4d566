// A candidate: an item on its way into a list, with its component scores.
#ifndef COFILTER_SERVICE_RECOMMEND_CANDIDATE_H_
#define COFILTER_SERVICE_RECOMMEND_CANDIDATE_H_

#include <cstdint>
#include <vector>

#include "service/recommend/recommendation.h"
#include "service/snapshot/catalogue.h"
#include "service/snapshot/model_binding.h"

namespace cofilter::service {

struct Candidate {
  ItemKey key = 0;
  std::uint32_t row = kNoRow;  // of the operator; kNoRow: of the overlay, or from a lower rung
  Source source = Source::kUnspecified;
  LineKind base_line = LineKind::kUnspecified;
  double base = 0;       // the operator's, the content's, or the rung's score
  double trend = 0;      // what the operator's trend adds
  double prior = 0;      // what popularity adds while little is known of the member
  double freshness = 0;  // what age takes off
  double diversity = 0;  // what Diversify takes off
  double score = 0;      // the sum of the lines
  // base = reason_scale × what the operator (or the content) scores: contributions of the history
  // are told on the scale of the line.
  double reason_scale = 1;
  static constexpr std::uint32_t kNoLines = 0xffffffff;
  std::uint32_t lines = kNoLines;  // further lines, in NewsMemory::terms

  bool IsPersonal() const {
    return base_line == LineKind::kOperator || base_line == LineKind::kContent;
  }
};

// Adds to the count of a reason.
void CountDrop(StageTrace& trace, DropReason reason, std::uint32_t count = 1);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_CANDIDATE_H_
