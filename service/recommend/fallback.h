// The lower rungs of the ladder: popular in the unit and trending, popular, newest. They fill a
// list that has no personal part, or a short one.
#ifndef COFILTER_SERVICE_RECOMMEND_FALLBACK_H_
#define COFILTER_SERVICE_RECOMMEND_FALLBACK_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "service/recommend/candidate.h"
#include "service/recommend/filter.h"
#include "service/recommend/marks.h"
#include "service/snapshot/snapshot.h"

namespace cofilter::service {

// Scores of the rungs. Each rung lies below the one before, so that scores fall along a mixed list:
// personal ones are above 0, trending in [-1, 0), popular in [-2, -1), newest in [-3, -2].
// share: of the clicks that are expected in the member's unit (unit_trend.h).
double TrendingScore(double share);
double PopularScore(double trend);
double NewestScore(runtime::Time visible_from, runtime::Time now);

// Adds items, rung by rung, until there are `count` candidates. Marks::kCandidate says what is
// there already; rungs of sources that the surface does not use are left out; what must come first
// takes the place of what needs it, at the rung's own score for it. Popular in the unit and
// trending are one rung, for their shares compare; each item counts as of the one that gives most
// of its share. The trace counts what was looked at.
void FillFromRungs(const Snapshot& snapshot, const SurfaceView& surface,
                   const FilterContext& context, std::string_view unit, std::size_t count,
                   Marks& marks, std::vector<Candidate>& candidates, StageTrace& trace);

// How a list with this head was made; no head: kEmpty. quick: the operator's part came from
// neighbours only.
Level LevelOf(const std::vector<Candidate>& candidates, bool quick);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_FALLBACK_H_
