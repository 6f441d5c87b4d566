// The frame of pair counting: one dense accumulator a block of source items, rows cut at the end.
#ifndef COFILTER_TRAINING_LIST_ACCUMULATION_H_
#define COFILTER_TRAINING_LIST_ACCUMULATION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"
#include "training/interaction_matrix.h"
#include "training/list_selection.h"

namespace cofilter::training {

// Which targets of a source's row are kept: the best `neighbours` at each end of the dial.
struct ListCut {
  std::uint32_t neighbours = 0;
  double target_exponent_low = 0;
  double target_exponent_high = 0;
};

// For each source item calls fill(source, add), which calls add(target, value) for what it counts,
// the source itself included or not; the values of a target add up in the order of the calls. The
// same bits on any number of threads. Cost beyond fill's: a float an item for each thread.
template <typename Fill>
models::ListBlockArrays AccumulateRows(const InteractionMatrix& matrix, const ListCut& cut,
                                       runtime::ThreadPool* pool, const Fill& fill) {
  constexpr std::size_t kSourceBlock = 64;
  std::vector<float> degrees(matrix.items());
  for (std::size_t i = 0; i < degrees.size(); ++i)
    degrees[i] = static_cast<float>(matrix.degree(i));
  const std::vector<float> low = RelativeDegreePowers(degrees, -cut.target_exponent_low);
  const std::vector<float> high = RelativeDegreePowers(degrees, -cut.target_exponent_high);
  std::vector<ListRows> blocks((matrix.items() + kSourceBlock - 1) / kSourceBlock);
  pool->ParallelFor(matrix.items(), kSourceBlock,
                    [&](std::size_t block, std::size_t begin, std::size_t end) {
                      std::vector<float> sums(matrix.items(), 0.0f);
                      std::vector<std::uint32_t> touched;
                      std::vector<ListCandidate> row;
                      ListSelector selector({low, high}, cut.neighbours);
                      for (std::size_t source = begin; source < end; ++source) {
                        touched.clear();
                        fill(source, [&](std::uint32_t target, float value) {
                          float& sum = sums[target];
                          if (sum == 0) touched.push_back(target);
                          sum += value;
                        });
                        row.clear();
                        for (const std::uint32_t target : touched) {
                          if (target != source) row.push_back({target, sums[target]});
                          sums[target] = 0;
                        }
                        selector.Cut(&row);
                        blocks[block].Append(row);
                      }
                    });
  return JoinListRows(std::move(blocks));
}

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_LIST_ACCUMULATION_H_
