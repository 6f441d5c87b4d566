// Builds datasets by sorting compact records.
#include "data/interactions.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "runtime/status_macros.h"

namespace cofilter::data {

absl::StatusOr<DatasetBuilder> DatasetBuilder::Create(DatasetBuilderOptions options) {
  COFILTER_RETURN_IF_ERROR(options.weights.Validate());
  return DatasetBuilder(std::move(options));
}

DatasetBuilder::IdHash DatasetBuilder::HashId(std::string_view event_id) {
  const XXH128_hash_t hash = XXH3_128bits(event_id.data(), event_id.size());
  return {hash.high64, hash.low64};
}

bool DatasetBuilder::Accepts(std::uint32_t item) {
  if (item == accepted_.size()) {
    accepted_.push_back(!options_.accept_item || options_.accept_item(items_.id(item)));
  }
  return accepted_[item];
}

void DatasetBuilder::Push(IdHash event, std::string_view member, std::string_view item,
                          float weight, runtime::Time at) {
  const std::uint32_t item_row = items_.Intern(item);
  if (!Accepts(item_row)) return;
  // The number wraps past 2^32; Build refuses so many.
  records_.push_back({event, at, members_.Intern(member), item_row,
                      static_cast<std::uint32_t>(records_.size()), weight});
}

void DatasetBuilder::Add(const Event& event) {
  ++events_;
  // A clock that runs ahead must not make everything else look old: nothing happened after it was
  // received.
  const runtime::Time at = event.received_at == runtime::Time{}
                               ? event.occurred_at
                               : std::min(event.occurred_at, event.received_at);
  cutoff_ = std::max(cutoff_, at);
  if (event.verb == Verb::kRetract) {
    retractions_[HashId(event.retracts_event_id)].push_back(event.member_id);
    return;
  }
  const float weight = options_.weights.of(event.verb);
  if (weight > 0) {
    Push(HashId(event.event_id), event.member_id, event.item_id, weight, at);
  }
}

void DatasetBuilder::AddPair(std::string_view member_id, std::string_view item_id, float weight,
                             runtime::Time at) {
  ++events_;
  cutoff_ = std::max(cutoff_, at);
  // High bits that no sequence repeats; against the hash of a real id as unlikely as two equal
  // hashes.
  Push({0, ++pairs_}, member_id, item_id, weight, at);
}

void DatasetBuilder::DropDoublesAndRetracted() {
  // Pairs alone can be neither double nor retracted.
  if (pairs_ == events_) return;
  std::sort(records_.begin(), records_.end(), [](const Record& a, const Record& b) {
    return std::tie(a.event, a.sequence) < std::tie(b.event, b.sequence);
  });
  const auto end = std::unique(records_.begin(), records_.end(),
                               [](const Record& a, const Record& b) { return a.event == b.event; });
  records_.erase(end, records_.end());
  if (retractions_.empty()) return;
  std::erase_if(records_, [this](const Record& record) {
    const auto found = retractions_.find(record.event);
    if (found == retractions_.end()) return false;
    const std::string& member = members_.id(record.member);
    return std::find(found->second.begin(), found->second.end(), member) != found->second.end();
  });
}

void DatasetBuilder::MergePairs() {
  std::sort(records_.begin(), records_.end(), [](const Record& a, const Record& b) {
    return std::tie(a.member, a.item, a.sequence) < std::tie(b.member, b.item, b.sequence);
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (kept > 0 && records_[kept - 1].member == records_[i].member &&
        records_[kept - 1].item == records_[i].item) {
      Record& merged = records_[kept - 1];
      merged.weight = std::max(merged.weight, records_[i].weight);
      merged.at = std::max(merged.at, records_[i].at);
    } else {
      records_[kept++] = records_[i];
    }
  }
  records_.resize(kept);
}

absl::StatusOr<Dataset> DatasetBuilder::Build() && {
  if (records_.size() >= std::numeric_limits<std::uint32_t>::max()) {
    return absl::OutOfRangeError("more than 4 billion weighted events; train on fewer days");
  }
  DropDoublesAndRetracted();
  MergePairs();

  // Item rows in the order of ids, over items that are left.
  std::vector<bool> used(items_.size());
  for (const Record& record : records_) used[record.item] = true;
  std::vector<std::uint32_t> sorted;
  for (std::uint32_t item = 0; item < used.size(); ++item) {
    if (used[item]) sorted.push_back(item);
  }
  std::sort(sorted.begin(), sorted.end(),
            [this](std::uint32_t a, std::uint32_t b) { return items_.id(a) < items_.id(b); });
  std::vector<std::uint32_t> row_of_item(items_.size());
  Dataset dataset;
  dataset.order = options_.order;
  dataset.item_ids.reserve(sorted.size());
  for (const std::uint32_t item : sorted) {
    row_of_item[item] = static_cast<std::uint32_t>(dataset.item_ids.size());
    dataset.item_ids.push_back(items_.id(item));
  }
  for (Record& record : records_) record.item = row_of_item[record.item];

  const bool timed = options_.order == Order::kTime;
  if (timed) dataset.cutoff = cutoff_;
  dataset.interactions.reserve(records_.size());
  for (std::size_t begin = 0; begin < records_.size();) {
    std::size_t end = begin + 1;
    while (end < records_.size() && records_[end].member == records_[begin].member) ++end;
    const auto first = records_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = records_.begin() + static_cast<std::ptrdiff_t>(end);
    std::sort(first, last, [this](const Record& a, const Record& b) {
      if (options_.order != Order::kNone && a.at != b.at) return a.at < b.at;
      return a.item < b.item;
    });
    dataset.member_ids.push_back(members_.id(records_[begin].member));
    for (std::size_t i = begin; i < end; ++i) {
      dataset.interactions.push_back(
          {records_[i].item, records_[i].weight, timed ? records_[i].at : runtime::Time{}});
    }
    dataset.offsets.push_back(dataset.interactions.size());
    begin = end;
  }
  return dataset;
}

}  // namespace cofilter::data
