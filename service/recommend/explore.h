// Exploration: a share of a list goes to items picked by chance, so that the log learns of what the
// ranker would never show.
#ifndef COFILTER_SERVICE_RECOMMEND_EXPLORE_H_
#define COFILTER_SERVICE_RECOMMEND_EXPLORE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "service/recommend/candidate.h"

namespace cofilter::service {

// Replaces the last places of the list by items of `pool` that are not in it, each with the same
// chance: share × length of them on average. Deterministic in seed. Returns with which probability
// the list came about, among those of the same length that could have (1: share is 0, or there is
// nothing to pick from). share: 0 to 0.5.
double Explore(double share, std::uint64_t seed, std::span<const Candidate> pool,
               std::vector<Candidate>& list);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_EXPLORE_H_
