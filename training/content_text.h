// The catalogue's text as features of the operator's rows.
#ifndef COFILTER_TRAINING_CONTENT_TEXT_H_
#define COFILTER_TRAINING_CONTENT_TEXT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/item.h"
#include "models/content_features.h"
#include "models/content_relation.h"
#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"

namespace cofilter::training {

struct TextRows {
  std::vector<std::uint32_t> rows;  // of the operator, ascending
  std::vector<std::vector<models::HashedFeature>> features;
};

// Items that are no row, or have no text, are left out; of an item that the catalogue has twice the
// later line counts. Shape: item_ids as OperatorArrays.
TextRows HashCatalogue(std::span<const std::string> item_ids, std::span<const data::Item> catalogue,
                       std::uint32_t buckets, runtime::ThreadPool* pool);

// 1 + ln(n / df) over the `chosen` places of `text`; 0 for a bucket that none of them has.
// Shape: [buckets].
std::vector<float> InverseDocumentFrequency(const TextRows& text,
                                            std::span<const std::uint32_t> chosen,
                                            std::uint32_t buckets);

// The unit features of the chosen places, without neighbours; other rows have none.
models::ContentRelationArrays WeighRows(const TextRows& text, std::span<const std::uint32_t> chosen,
                                        std::span<const float> idf,
                                        const models::FeatureWeights& weights, std::size_t items);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_CONTENT_TEXT_H_
