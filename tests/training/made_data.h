// Small datasets and operators for tests, made by hand or with a planted answer.
#ifndef COFILTER_TESTS_TRAINING_MADE_DATA_H_
#define COFILTER_TESTS_TRAINING_MADE_DATA_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "data/dataset.h"
#include "data/item.h"
#include "training/seeded_random.h"

namespace cofilter::training {

// Histories of item rows, in order. Item ids sort like their rows.
inline data::Dataset MakeDataset(const std::vector<std::vector<std::uint32_t>>& histories,
                                 std::size_t items, data::Order order = data::Order::kNone) {
  data::Dataset dataset;
  dataset.order = order;
  for (std::size_t i = 0; i < items; ++i) dataset.item_ids.push_back(absl::StrFormat("i%05d", i));
  for (std::size_t m = 0; m < histories.size(); ++m) {
    dataset.member_ids.push_back(absl::StrFormat("m%05d", m));
    std::vector<std::uint32_t> history = histories[m];
    if (order == data::Order::kNone) std::sort(history.begin(), history.end());
    for (std::size_t h = 0; h < history.size(); ++h) {
      const runtime::Time at =
          order == data::Order::kTime
              ? runtime::Time(std::chrono::hours(24 * (1 + static_cast<long>(h))))
              : runtime::Time();
      dataset.interactions.push_back({history[h], 1.0f, at});
      dataset.cutoff = std::max(dataset.cutoff, at);
    }
    dataset.offsets.push_back(dataset.interactions.size());
  }
  return dataset;
}

// Items fall into groups by row (row % groups), popular ones first; a member reads mostly of one
// group.
inline data::Dataset GroupedDataset(std::size_t members, std::size_t items, std::size_t groups,
                                    std::uint64_t seed, data::Order order = data::Order::kNone,
                                    std::size_t most = 12) {
  SeededRandom random(seed);
  std::vector<std::vector<std::uint32_t>> histories(members);
  for (std::size_t m = 0; m < members; ++m) {
    const std::size_t count = 3 + random.Below(most - 2);
    for (std::size_t tries = 0; histories[m].size() < count && tries < 50 * count; ++tries) {
      const double u = random.Uniform();
      std::size_t item =
          static_cast<std::size_t>(u * u * static_cast<double>(items / groups)) * groups;
      item += random.Uniform() < 0.9 ? m % groups : random.Below(groups);
      const auto row = static_cast<std::uint32_t>(std::min(item, items - 1));
      if (std::find(histories[m].begin(), histories[m].end(), row) == histories[m].end())
        histories[m].push_back(row);
    }
  }
  return MakeDataset(histories, items, order);
}

// Titles that name the group of an item, and a word of its own.
inline std::vector<data::Item> GroupedCatalogue(std::size_t items, std::size_t groups) {
  static const char* const kWords[] = {"sailing", "cooking", "physics",
                                       "history", "gardens", "markets"};
  std::vector<data::Item> catalogue;
  for (std::size_t i = 0; i < items; ++i) {
    data::Item item;
    item.item_id = absl::StrFormat("i%05d", i);
    item.kind = i % 2 == 0 ? data::ItemKind::kNews : data::ItemKind::kCourse;
    item.title = absl::StrFormat("%s today number%d", kWords[i % groups % 6], i);
    item.topics = {kWords[i % groups % 6]};
    catalogue.push_back(std::move(item));
  }
  return catalogue;
}

}  // namespace cofilter::training

#endif  // COFILTER_TESTS_TRAINING_MADE_DATA_H_
