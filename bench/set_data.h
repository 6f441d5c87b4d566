// A set in memory, and the same set as events and items of the contract.
#ifndef COFILTER_BENCH_SET_DATA_H_
#define COFILTER_BENCH_SET_DATA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/service_client.h"
#include "bench/set_descriptor.h"
#include "data/dataset.h"
#include "data/split.h"

namespace cofilter::bench {

// Everybody with a test item is asked.
using SetData = data::Split;

// Members of the test that training does not know become rows without interactions, so that they
// are asked for and counted like everybody else.
absl::StatusOr<SetData> LoadSet(const SetDescriptor& set);

// When an interaction happened, as the server is told: the dataset's own time, else a second per
// place in the member's history.
runtime::Time OccurredAt(const data::Dataset& dataset, std::size_t interaction, std::size_t place);

// Upserts every item of the training part and records every interaction, in batches, several in
// flight.
absl::Status ImportSet(const ServiceClient& client, const data::Dataset& train);
// The interactions alone, each a completion.
absl::Status ImportInteractions(const ServiceClient& client, const data::Dataset& train);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_SET_DATA_H_
