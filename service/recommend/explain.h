// Reasons: what each item of the history adds to a personal score, the largest by name and the rest
// as one number.
#ifndef COFILTER_SERVICE_RECOMMEND_EXPLAIN_H_
#define COFILTER_SERVICE_RECOMMEND_EXPLAIN_H_

#include <cstdint>
#include <span>
#include <vector>

#include "service/recommend/candidate.h"
#include "service/recommend/history_fold.h"
#include "service/snapshot/catalogue.h"

namespace cofilter::service {

// Reasons plus remainder are the operator's (or content) line. Items without one get none.
// Shapes: candidates and items [n], the same in the same order.
void Explain(const OperatorBinding& binding, const Catalogue& catalogue, const FoldedMember& member,
             int notch, std::uint32_t max_reasons, models::RetrievalScratch* scratch,
             std::span<const Candidate> candidates, std::span<RecommendedItem> items);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_EXPLAIN_H_
