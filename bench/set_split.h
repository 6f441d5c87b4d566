// The two parts of a set that comes whole.
#ifndef COFILTER_BENCH_SET_SPLIT_H_
#define COFILTER_BENCH_SET_SPLIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "bench/set_descriptor.h"

namespace cofilter::bench {

// Cuts a set that comes whole by running `cofilter split`, whose output is kept under
// `cache_directory` by the log's digest; other sets come back as they are. The parts are JSON
// lines. `program`: path of cofilter. Errors: INTERNAL with the end of its output.
absl::StatusOr<SetDescriptor> SplitSet(const SetDescriptor& set, const std::string& program,
                                       const std::string& cache_directory);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_SET_SPLIT_H_
