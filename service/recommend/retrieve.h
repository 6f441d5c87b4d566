// Retrieval: candidates from the operator, and from what was born after its training.
#ifndef COFILTER_SERVICE_RECOMMEND_RETRIEVE_H_
#define COFILTER_SERVICE_RECOMMEND_RETRIEVE_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "models/operator.h"
#include "models/row_set.h"
#include "service/recommend/candidate.h"
#include "service/recommend/history_fold.h"
#include "service/recommend/marks.h"
#include "service/snapshot/snapshot.h"

namespace cofilter::service {

// Working memory of one worker for retrieval and ranking.
struct RetrievalMemory {
  models::RetrievalScratchPtr scratch = models::MakeRetrievalScratch();
  models::RowSet eligible;
  std::vector<models::RetrievedRow> rows;
  std::vector<std::pair<double, ItemKey>> overlay;
  std::vector<double> products;  // by slot of the overlay
  std::vector<std::uint32_t> row_numbers;
  std::vector<double> freshness;  // by place in row_numbers
  std::vector<models::RowScore> scores;
};

// How many candidates the exact ranker gets: the surface's number, or 0.5 % of the catalogue and at
// least 200.
std::size_t CandidateCount(const SurfaceConfig& surface, std::size_t catalogue_size);

// The best `count` rows, and the best overlay items (a quarter as many, at least 200), whose score
// is above 0, without what is marked as one of Marks::kDrops; marks them kCandidate. quick:
// neighbours only. True when there may be more past `count`. The surface has a binding. The trace
// counts every item that the surface may serve: those in no way connected to the history are
// dropped as kRank.
bool Retrieve(const SurfaceView& surface, const Catalogue& catalogue, const FoldedMember& member,
              int notch, bool quick, std::size_t count, Marks& marks, RetrievalMemory& memory,
              std::vector<Candidate>& candidates, StageTrace& trace);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_RETRIEVE_H_
