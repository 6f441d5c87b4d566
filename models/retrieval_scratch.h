// The working memory behind operator.h's RetrievalScratch.
#ifndef COFILTER_MODELS_RETRIEVAL_SCRATCH_H_
#define COFILTER_MODELS_RETRIEVAL_SCRATCH_H_

#include <faiss/Index.h>

#include <cstdint>
#include <vector>

#include "models/neighbour_hits.h"
#include "models/operator.h"
#include "models/rounded_embeddings.h"
#include "models/top_rows.h"

namespace cofilter::models {

// Grows to the largest operator it served. Between calls `accumulated` and `block` are all 0.
class RetrievalScratch {
 public:
  std::vector<float> accumulated;       // lists' part of each row's score, [padded rows]
  std::vector<float> block;             // the same of one list block, where there are several
  std::vector<std::uint64_t> eligible;  // for a row set of another size than the operator
  std::vector<float> query;             // [dim]
  std::vector<faiss::Index::idx_t> labels;
  std::vector<float> distances;
  TopRows top;

  // Of the rows that were scored last, for the reasons that are asked for next.
  NeighbourHits hits;
  std::vector<double> sums;  // by slot

  RoundedEmbeddings::Query rounded_query;
  std::vector<std::int32_t> rounded_sums;
  std::vector<RoundedEmbeddings::Product> products;
  struct Bounds {
    double least = 0;
    double most = 0;
  };
  std::vector<Bounds> bounds;  // of the rows' scores
  std::vector<double> leasts;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_RETRIEVAL_SCRATCH_H_
