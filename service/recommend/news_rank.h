// The ranker of a surface whose operator has one (models/news_ranker.h): candidates of the moment,
// and a score whose every term is a line of its own.
#ifndef COFILTER_SERVICE_RECOMMEND_NEWS_RANK_H_
#define COFILTER_SERVICE_RECOMMEND_NEWS_RANK_H_

#include <span>
#include <unordered_map>
#include <vector>

#include "models/content_profile.h"
#include "models/news_ranker.h"
#include "service/recommend/candidate.h"
#include "service/recommend/history_fold.h"
#include "service/recommend/marks.h"
#include "service/recommend/retrieve.h"
#include "service/recommend/unit_trend.h"
#include "service/snapshot/snapshot.h"

namespace cofilter::service {

// Working memory of one worker.
struct NewsMemory {
  std::vector<ItemKey> keys;
  std::vector<models::ItemCountsByHalfLife> counts;
  std::vector<models::NewsCounts> news_counts;
  std::vector<models::NewsTermValues> terms;  // then the lines: Candidate::lines points here
  std::vector<double> scores;
  std::unordered_map<ItemKey, double> lifts;  // ln, in the member's unit
  models::ProfileSum profile;
};

// Adds what is popular in the member's unit (`in_unit`, by falling share), what is clicked and
// shown now (LiveCounters::Pool), and where the surface explores the newest items, to the
// candidates, each once; marks them kCandidate. The trace counts them in.
void RetrieveNow(const Snapshot& snapshot, const SurfaceView& surface,
                 std::span<const TrendShare> in_unit, runtime::Time now, Marks& marks,
                 std::vector<Candidate>& candidates, StageTrace& trace);

enum class NewsPool { kGiven, kOpen };  // which weights

// Scores all candidates; none is dropped. The member may be empty: then nothing is personal. The
// lines of an item add up to its score: what all of a pool have in common (the means, which order
// nothing) is left out, and the click rate is told from such a base that the least score lies just
// above 0. Of an empty member the unit is all that is known: ln of the lift in it joins the click
// rate at the same weight, as a line of its own (a click's odds in the unit are the item's rate
// times its lift). The surface has a binding with a ranker.
void RankNews(const Snapshot& snapshot, const SurfaceView& surface, const FoldedMember& member,
              std::span<const TrendShare> in_unit, int notch, runtime::Time now, NewsPool pool,
              RetrievalMemory& retrieval, NewsMemory& memory, std::vector<Candidate>& candidates,
              StageTrace& trace);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_NEWS_RANK_H_
