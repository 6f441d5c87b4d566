// Variety: what resembles the items above it, takes more than its topic's places, or was shown
// again and again steps back.
#ifndef COFILTER_SERVICE_RECOMMEND_DIVERSIFY_H_
#define COFILTER_SERVICE_RECOMMEND_DIVERSIFY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "service/config/config.h"
#include "service/recommend/candidate.h"
#include "service/recommend/shown_items.h"
#include "service/snapshot/model_binding.h"

namespace cofilter::service {

// What a list is made varied by. Everything is the caller's and outlives it.
struct VarietyContext {
  const Catalogue* catalogue = nullptr;
  const OperatorBinding* binding = nullptr;
  std::span<const ItemKey> history;     // of the member: its topics may take as large a share
  std::span<const ShownItem> repeated;  // by key: shown to the member, and not clicked
};

// Whether the surface asks for anything: then Diversify wants a pool of more than the list's items.
bool WantsVariety(const SurfaceConfig& surface, bool any_repeated);
// How many of the best candidates are looked at for a list of `count`: three times as many.
std::size_t VarietyPool(std::size_t count);

// Greedy maximal marginal relevance: place by place the candidate whose score is best after what it
// loses; the loss is its `diversity`, a summand of its score:
//  - repetition: half of the score for each time it was shown from the surface's repeat_limit on,
//    and from twice the limit on so much that it stands below all others;
//  - resemblance: surface.diversity times its greatest similarity to an item above it;
//  - a topic that has its share of the places: so much that it stands below all others. The share
//    is surface.topic_cap, or that of the member's own history where that is more.
// Losses only grow as places are filled, so the list falls by its final scores. Scores above 0 stay
// above 0; others lose nothing.
// Takes candidates by falling score, ties by key; keeps `count`.
// Cost: a similarity for each place and candidate of the pool, about 20 µs for 20 of 60.
void Diversify(const SurfaceConfig& surface, const VarietyContext& context, std::size_t count,
               std::vector<Candidate>& candidates, StageTrace& trace);

// 0: nothing in common, 1: the same. The mean of the cosine of the embeddings' leading dims, where
// both have one, and of the shared part of all their topics, where both have any.
double Similarity(const VarietyContext& context, const Candidate& a, const Candidate& b);

ListVariety MeasureVariety(const VarietyContext& context, std::span<const Candidate> list);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_DIVERSIFY_H_
