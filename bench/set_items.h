// The titles and topics of a set's items, where it has some.
#ifndef COFILTER_BENCH_SET_ITEMS_H_
#define COFILTER_BENCH_SET_ITEMS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "bench/set_descriptor.h"
#include "data/item.h"

namespace cofilter::bench {

// Each a course, with nothing that could stand between a score and a list. Empty for a set without.
// Errors: NOT_FOUND; INVALID_ARGUMENT names the file and the column that it lacks; those of
// data::ReadItems.
absl::StatusOr<std::vector<data::Item>> ReadSetItems(const SetDescriptor& set);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_SET_ITEMS_H_
