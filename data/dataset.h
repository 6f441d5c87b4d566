// A dataset: the sparse member × item matrix of interactions that training and evaluation work on.
#ifndef COFILTER_DATA_DATASET_H_
#define COFILTER_DATA_DATASET_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/clock.h"

namespace cofilter::data {

// A validated, weighted pair. A member has at most one per item.
struct Interaction {
  std::uint32_t item = 0;  // row of the item
  float weight = 1;        // (0, 1]
  runtime::Time at{};      // the latest event of the pair; epoch when times are unknown

  bool operator==(const Interaction&) const = default;
};

// What the order of a member's interactions means.
enum class Order : std::uint8_t { kNone, kSequence, kTime };

// Shapes: members() rows; the interactions of member m are interactions[offsets[m] ..
// offsets[m+1]), oldest first when order is not kNone, else by item row. Ids stand in row order:
// members by first appearance, items sorted by id (so that rows do not depend on the order of the
// log).
struct Dataset {
  std::vector<std::string> member_ids;
  std::vector<std::string> item_ids;
  std::vector<std::uint64_t> offsets = {0};
  std::vector<Interaction> interactions;
  Order order = Order::kNone;
  runtime::Time cutoff{};  // the latest event that was read; epoch when times are unknown

  std::size_t members() const { return offsets.size() - 1; }
  std::size_t items() const { return item_ids.size(); }
  std::span<const Interaction> of(std::size_t member) const {
    return std::span(interactions).subspan(offsets[member], offsets[member + 1] - offsets[member]);
  }
};

// Number of interactions per item row. Shape: [items].
std::vector<std::uint32_t> ItemDegrees(const Dataset& dataset);

// Head: the 1 % of items with most training interactions; tail: the 80 % with fewest; mid: the
// rest. Ties go by item id. Counts round to the nearest item; a catalogue of one item is all tail.
enum class Band : std::uint8_t { kHead, kMid, kTail };
std::vector<Band> PopularityBands(std::span<const std::uint32_t> degrees,
                                  std::span<const std::string> item_ids);
// The same for rows that are in the order of their ids.
std::vector<Band> PopularityBands(std::span<const std::uint32_t> degrees);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_DATASET_H_
