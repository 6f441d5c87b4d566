// Who reads both: the neighbours along which the content relation looks past a history.
#ifndef COFILTER_TRAINING_CONTENT_NEIGHBOURS_H_
#define COFILTER_TRAINING_CONTENT_NEIGHBOURS_H_

#include <cstdint>

#include "data/dataset.h"
#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"

namespace cofilter::training {

// N by source row: of each item i the 100 strongest w by rel_i^-½ B_iw rel_w^-½, scaled to a sum of
// 1. B is the local block of `arrays`, or is made here of the latest `pair_limit` of each history.
models::ListBlockArrays TrainContentNeighbours(const models::OperatorArrays& arrays,
                                               const data::Dataset& dataset,
                                               std::uint32_t pair_limit, runtime::ThreadPool* pool);

// By target row: the sources of each.
models::ListBlockArrays Transposed(const models::ListBlockArrays& lists);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_CONTENT_NEIGHBOURS_H_
