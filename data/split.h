// Splits of a dataset into training and test, repeatable from a seed.
#ifndef COFILTER_DATA_SPLIT_H_
#define COFILTER_DATA_SPLIT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/dataset.h"

namespace cofilter::data {

// What a member is asked for.
struct TestMember {
  std::uint32_t member = 0;        // row in the training dataset
  std::vector<std::string> items;  // by id, since training may not know them; in the member's order
  bool operator==(const TestMember&) const = default;
};

// Training holds the members and items that have an interaction left in it, in the order that they
// had; its cutoff is its own latest interaction. Members whom training does not know are not
// tested. Test members stand in the order of their rows; each has an item at least.
struct Split {
  Dataset train;
  std::vector<TestMember> test;
};

// Holds out each member's latest interaction; members with one keep it. Of equal times the one with
// the highest item id goes (ids compare byte by byte, everywhere here).
// Errors: FAILED_PRECONDITION when order means nothing.
absl::StatusOr<Split> SplitLeaveLastOut(const Dataset& dataset);

// Holds out, of each member's n items, the ⌊n · fraction⌋ with the lowest SHA-256 of
// "seed\tmember\titem". fraction: above 0, below 1. Errors: INVALID_ARGUMENT.
absl::StatusOr<Split> SplitByHash(const Dataset& dataset, std::uint64_t seed,
                                  double fraction = 0.2);

// Holds out the latest ⌊N · fraction⌋ of all interactions. Of equal times those with the highest
// item ids go, then those with the highest member ids. Errors: FAILED_PRECONDITION when times are
// unknown; INVALID_ARGUMENT.
absl::StatusOr<Split> SplitByTime(const Dataset& dataset, double fraction = 0.2);

// Holds out every interaction of the ⌊items · fraction⌋ items with the lowest SHA-256 of
// "seed\titem". Errors: INVALID_ARGUMENT.
absl::StatusOr<Split> SplitColdItems(const Dataset& dataset, std::uint64_t seed,
                                     double fraction = 0.2);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_SPLIT_H_
