// Reads both parts of a set, and sends the training part to a server.
#include "bench/set_data.h"

#include <algorithm>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "data/dataset_source.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr int kBatchesInFlight = 4;

}  // namespace

absl::StatusOr<SetData> LoadSet(const SetDescriptor& set) {
  const data::SourceOptions options = SourceOptionsOf(set);
  data::DatasetBuilderOptions builder;
  builder.order = set.order;
  SetData loaded;
  COFILTER_ASSIGN_OR_RETURN(data::DatasetSource train,
                            data::ReadDataset(set.train, options, builder));
  COFILTER_ASSIGN_OR_RETURN(const data::DatasetSource test,
                            data::ReadDataset(set.test, options, builder));
  loaded.train = std::move(train.dataset);
  std::unordered_map<std::string, std::uint32_t> rows;
  for (std::size_t m = 0; m < loaded.train.members(); ++m) {
    rows.emplace(loaded.train.member_ids[m], static_cast<std::uint32_t>(m));
  }
  for (std::size_t m = 0; m < test.dataset.members(); ++m) {
    const auto [place, added] = rows.emplace(test.dataset.member_ids[m], loaded.train.members());
    if (added) {
      loaded.train.member_ids.push_back(test.dataset.member_ids[m]);
      loaded.train.offsets.push_back(loaded.train.offsets.back());
    }
    data::TestMember& asked = loaded.test.emplace_back();
    asked.member = place->second;
    for (const data::Interaction& interaction : test.dataset.of(m)) {
      asked.items.push_back(test.dataset.item_ids[interaction.item]);
    }
  }
  std::sort(
      loaded.test.begin(), loaded.test.end(),
      [](const data::TestMember& a, const data::TestMember& b) { return a.member < b.member; });
  return loaded;
}

runtime::Time OccurredAt(const data::Dataset& dataset, std::size_t interaction, std::size_t place) {
  if (dataset.order == data::Order::kTime) return dataset.interactions[interaction].at;
  return data::kSyntheticBase + std::chrono::seconds(place);
}

absl::Status ImportSet(const ServiceClient& client, const data::Dataset& train) {
  std::vector<v1::Item> items(train.items());
  for (std::size_t n = 0; n < items.size(); ++n) {
    items[n].set_item_id(train.item_ids[n]);
    items[n].set_kind(v1::ITEM_KIND_COURSE);
    items[n].set_title(train.item_ids[n]);
  }
  COFILTER_RETURN_IF_ERROR(client.UpsertItems(items));
  return ImportInteractions(client, train);
}

absl::Status ImportInteractions(const ServiceClient& client, const data::Dataset& train) {
  std::vector<std::uint32_t> member_of(train.interactions.size());
  for (std::size_t m = 0; m < train.members(); ++m) {
    std::fill(member_of.begin() + static_cast<std::ptrdiff_t>(train.offsets[m]),
              member_of.begin() + static_cast<std::ptrdiff_t>(train.offsets[m + 1]),
              static_cast<std::uint32_t>(m));
  }
  return ImportEvents(
      client, train.interactions.size(),
      [&](std::size_t n, v1::Event* event) {
        const std::uint32_t member = member_of[n];
        event->set_event_id(absl::StrCat("import-", n));
        event->set_member_id(train.member_ids[member]);
        event->set_item_id(train.item_ids[train.interactions[n].item]);
        event->set_verb(v1::VERB_COMPLETE);
        SetTime(OccurredAt(train, n, n - train.offsets[member]), event->mutable_occurred_at());
      },
      kBatchesInFlight);
}

}  // namespace cofilter::bench
