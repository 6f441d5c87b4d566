// Folds a member's state in: history entries for the operator, with their weights.
#ifndef COFILTER_SERVICE_RECOMMEND_HISTORY_FOLD_H_
#define COFILTER_SERVICE_RECOMMEND_HISTORY_FOLD_H_

#include <cstdint>
#include <span>
#include <vector>

#include "models/operator.h"
#include "runtime/clock.h"
#include "service/config/config.h"
#include "service/snapshot/catalogue.h"
#include "service/snapshot/eligibility.h"
#include "service/snapshot/model_binding.h"
#include "service/store/member_state.h"

namespace cofilter::service {

struct FoldedMember {
  models::FoldedHistory folded;  // foreign items lie in the pinned snapshot
  std::vector<ItemKey> items;  // by place in the history; 0: an item that the store has no key for
  std::uint32_t unknown_items = 0;  // with a weight, but neither in the model nor in the overlay

  bool empty() const { return items.empty(); }
};

// The largest weight of the verbs that occurred; 0: the pair says nothing.
float Confidence(const SurfaceConfig& surface, std::uint32_t verbs);

// Items of other surfaces' kinds that the operator does not know are no part of the history, and
// are not unknown. The surface has a binding. The snapshot that surface and catalogue belong to
// outlives the result.
FoldedMember FoldMember(const SurfaceView& surface, const Catalogue& catalogue,
                        std::span<const MemberItem> items, runtime::Time now);
// A history of one item: what is like it. Empty when neither a row nor an embedding is there.
FoldedMember FoldItem(const OperatorBinding& binding, ItemKey key, std::uint32_t row);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_HISTORY_FOLD_H_
