// Products by segments against products item by item, through additions and removals.
#include "service/snapshot/relation_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace cofilter::service {
namespace {

using models::ForeignItem;
using models::HistoryEntry;

constexpr std::uint32_t kRows = 50;

std::shared_ptr<const ForeignItem> MakeItem(std::mt19937& random) {
  auto item = std::make_shared<ForeignItem>();
  std::set<std::uint32_t> rows;
  while (rows.size() < 1 + random() % 12) rows.insert(static_cast<std::uint32_t>(random() % kRows));
  for (const std::uint32_t row : rows) {
    item->drawn_from.push_back({row, static_cast<float>(random() % 100) / 10 - 3});
  }
  return item;
}

double Product(const ForeignItem& item, const std::vector<HistoryEntry>& history) {
  double sum = 0;
  for (const HistoryEntry& entry : history) {
    for (const models::WeightedRow& row : item.drawn_from) {
      if (row.row == entry.row) sum += static_cast<double>(entry.weight) * row.weight;
    }
  }
  return sum;
}

void ExpectProducts(const RelationIndex& index,
                    const std::map<std::uint32_t, std::shared_ptr<const ForeignItem>>& items,
                    const std::vector<HistoryEntry>& history) {
  std::vector<double> products(index.slots(), 0.0);
  index.AddProducts(history, products);
  for (const auto& [slot, item] : items) {
    ASSERT_LT(slot, index.slots());
    ASSERT_DOUBLE_EQ(products[slot], Product(*item, history)) << "slot " << slot;
  }
}

TEST(RelationIndexTest, AgreesWithEveryItemByItselfThroughChanges) {
  std::mt19937 random(5);
  std::vector<HistoryEntry> history;
  for (std::uint32_t row = 0; row < kRows; row += 3) {
    history.push_back({row, 0.25f * static_cast<float>(1 + row % 4), nullptr});
  }
  history.push_back({HistoryEntry::kForeign, 1, nullptr});
  RelationIndex index;
  std::map<std::uint32_t, std::shared_ptr<const ForeignItem>> items;
  for (int round = 0; round < 200; ++round) {
    for (std::uint32_t n = 0; n < 1 + random() % 5; ++n) {
      auto item = MakeItem(random);
      const std::uint32_t slot = index.Add(item);
      ASSERT_FALSE(items.contains(slot)) << "a slot that is taken";
      items[slot] = std::move(item);
    }
    while (items.size() > 40 || (!items.empty() && random() % 3 == 0)) {
      const auto gone = std::next(items.begin(), static_cast<long>(random() % items.size()));
      index.Remove(gone->first);
      items.erase(gone);
    }
    ExpectProducts(index.Share(), items, history);
  }
  EXPECT_LT(index.slots(), 400u) << "slots are used again";
}

TEST(RelationIndexTest, WhatWasSharedNeverChanges) {
  std::mt19937 random(6);
  const std::vector<HistoryEntry> history = {{1, 1.0f, nullptr}, {7, 2.0f, nullptr}};
  RelationIndex index;
  std::map<std::uint32_t, std::shared_ptr<const ForeignItem>> items;
  for (int n = 0; n < 20; ++n) {
    auto item = MakeItem(random);
    const std::uint32_t slot = index.Add(item);
    items[slot] = std::move(item);
  }
  const RelationIndex pinned = index.Share();
  for (const auto& [slot, item] : items) index.Remove(slot);
  for (int n = 0; n < 100; ++n) {
    index.Add(MakeItem(random));
    index.Share();
  }
  ExpectProducts(pinned, items, history);
}

TEST(RelationIndexTest, NothingAddedIsNothingFound) {
  RelationIndex index;
  const std::uint32_t slot = index.Add(std::make_shared<ForeignItem>());
  index.Remove(slot);
  const RelationIndex shared = index.Share();
  std::vector<double> products(shared.slots(), 0.0);
  shared.AddProducts(std::vector<HistoryEntry>{{1, 1.0f, nullptr}}, products);
  for (const double product : products) EXPECT_EQ(product, 0);
}

}  // namespace
}  // namespace cofilter::service
