// Makes one list: runs the stages for one surface, from one pinned snapshot and one reading of the
// member.
#ifndef COFILTER_SERVICE_RECOMMEND_LIST_MAKER_H_
#define COFILTER_SERVICE_RECOMMEND_LIST_MAKER_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/clock.h"
#include "service/recommend/marks.h"
#include "service/recommend/news_rank.h"
#include "service/recommend/path_estimate.h"
#include "service/recommend/recommendation.h"
#include "service/recommend/retrieve.h"
#include "service/recommend/shown_items.h"
#include "service/snapshot/snapshot.h"
#include "service/store/member_state.h"

namespace cofilter::service {

// What is known of the member when a list is made.
struct MemberView {
  const MemberState* state = nullptr;  // nullptr: nobody, or the store is away
  bool store_away = false;
  std::span<const ItemKey> blocked;  // as the store says, or said last
};

// Everything is the caller's and outlives the call.
struct ListOrder {
  const Snapshot* snapshot = nullptr;
  const SurfaceView* surface = nullptr;
  MemberView member;
  runtime::Time now{};
  const runtime::Clock* clock = nullptr;  // with a deadline
  runtime::Time deadline = runtime::Time::max();
  Path path = Path::kFull;
  std::uint32_t count = 0;  // ≥ 1
  double dial = 0;
  std::uint32_t kinds = 0;  // bit 1 << ItemKind: of the surface, fewer where the request says so
  std::span<const std::string> exclude_item_ids;
  std::span<const std::string> candidate_item_ids;  // only these; empty: all
  std::span<const std::string> topics;
  std::string_view language;
  std::span<const ItemKey> listed;  // earlier pages, other surfaces
  std::uint32_t first_rank = 1;
  std::uint32_t max_reasons = 3;
  bool explain_stages = false;
  std::uint64_t seed = 0;               // of what is left to chance
  std::span<const ShownItem> repeated;  // by key: shown too often on this surface
  std::string_view similar_to;          // item id: its neighbours are wanted, not the member's
};

// Working memory of one worker. Not thread-safe.
struct ListMemory {
  Marks marks;
  RetrievalMemory retrieval;
  std::vector<Candidate> candidates;
  std::vector<ItemKey> openers;
  NewsMemory news;
  std::vector<Candidate> pool;  // before the cut, where a list explores
};

// Leaves recommendation_id and next_page_token empty.
Recommendation MakeList(const ListOrder& order, ListMemory& memory);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_LIST_MAKER_H_
