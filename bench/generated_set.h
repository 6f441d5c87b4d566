// Sets from the generator: a tiny one for smoke runs, one with titles for the reaction, big logs
// for training.
#ifndef COFILTER_BENCH_GENERATED_SET_H_
#define COFILTER_BENCH_GENERATED_SET_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/benchmark.h"
#include "bench/set_descriptor.h"
#include "data/dataset.h"
#include "data/generator.h"
#include "data/item.h"

namespace cofilter::bench {

struct GeneratedSet {
  std::vector<data::Item> items;  // the whole catalogue; those that nobody touched included
  data::Dataset log;              // pairs of weight 1, in the order of time
};
absl::StatusOr<GeneratedSet> GenerateSet(const data::OrganisationSettings& settings);

// One line per member, "member item item …", oldest first; members without an item are left out.
absl::Status WriteLists(const data::Dataset& dataset, const std::string& path);
// JSON lines.
absl::Status WriteItems(const std::vector<data::Item>& items, const std::string& path);

// The set of that name in its two parts, split if it comes whole; in a smoke run a tiny generated
// one that lies in the work directory.
absl::StatusOr<SetDescriptor> ResolveSet(const Settings& settings, const std::string& name);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_GENERATED_SET_H_
