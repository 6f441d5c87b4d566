// From events to the member × item matrix.
#ifndef COFILTER_DATA_INTERACTIONS_H_
#define COFILTER_DATA_INTERACTIONS_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "data/event.h"
#include "data/id_table.h"
#include "data/verb_weights.h"

namespace cofilter::data {

struct DatasetBuilderOptions {
  VerbWeights weights = VerbWeights::News();
  // Items that may stand in the dataset, asked once per item; empty: all.
  std::function<bool(std::string_view item_id)> accept_item;
  // What the times of the events mean; the dataset keeps them only when they are times.
  Order order = Order::kTime;
};

// Of events with one event_id the first counts. A retraction removes the event of the same member
// that it names, wherever either stands in the log. What remains is merged per member and item: the
// largest weight, the latest time. Members and items without an interaction are left out. Cost:
// about 40 bytes per event that has a weight, 10 million in a few seconds.
class DatasetBuilder {
 public:
  // Errors: INVALID_ARGUMENT for weights out of range.
  static absl::StatusOr<DatasetBuilder> Create(DatasetBuilderOptions options);

  void Add(const Event& event);
  // An interaction without an event: nothing can retract it or be its double.
  void AddPair(std::string_view member_id, std::string_view item_id, float weight,
               runtime::Time at);

  std::uint64_t events() const { return events_; }
  // Errors: OUT_OF_RANGE past 4 billion events, members or items. Uses the builder up.
  absl::StatusOr<Dataset> Build() &&;

 private:
  // 128 bits of hash stand for an event id; chance doubles are out of question.
  struct IdHash {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const IdHash&) const = default;
    template <typename H>
    friend H AbslHashValue(H state, const IdHash& hash) {
      return H::combine(std::move(state), hash.low);
    }
  };
  struct Record {
    IdHash event;
    runtime::Time at;
    std::uint32_t member;
    std::uint32_t item;
    std::uint32_t sequence;
    float weight;
  };

  explicit DatasetBuilder(DatasetBuilderOptions options) : options_(std::move(options)) {}
  static IdHash HashId(std::string_view event_id);
  bool Accepts(std::uint32_t item);
  void Push(IdHash event, std::string_view member, std::string_view item, float weight,
            runtime::Time at);
  void DropDoublesAndRetracted();
  void MergePairs();

  DatasetBuilderOptions options_;
  IdTable members_;
  IdTable items_;
  std::vector<bool> accepted_;  // [items]
  std::vector<Record> records_;
  // Retracted event → members who retract it.
  absl::flat_hash_map<IdHash, std::vector<std::string>> retractions_;
  std::uint64_t events_ = 0;
  std::uint64_t pairs_ = 0;
  runtime::Time cutoff_{};
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_INTERACTIONS_H_
