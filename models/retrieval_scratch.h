// The working memory behind operator.h's RetrievalScratch.
#ifndef COFILTER_MODELS_RETRIEVAL_SCRATCH_H_
#define COFILTER_MODELS_RETRIEVAL_SCRATCH_H_

#include <faiss/Index.h>

#include <cstdint>
#include <vector>

#include "models/asked_rows.h"
#include "models/operator.h"
#include "models/top_rows.h"

namespace cofilter::models {

// Grows to the largest operator it served. Between calls `accumulated`, `block` and `slots` are all
// 0.
class RetrievalScratch {
 public:
  std::vector<float> accumulated;       // lists' part of each row's score, [padded rows]
  std::vector<float> block;             // the same of one list block, where there are several
  std::vector<std::uint64_t> eligible;  // for a row set of another size than the operator
  std::vector<float> query;             // [dim]
  std::vector<faiss::Index::idx_t> labels;
  std::vector<float> distances;
  TopRows top;

  AskedRows asked;
  std::vector<std::uint32_t> slots;  // row → its slot in `sums`, 0: not asked for
  std::vector<double> sums;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_RETRIEVAL_SCRATCH_H_
