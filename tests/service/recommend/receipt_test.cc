// Receipts come back whole, damaged ones not at all.
#include "service/recommend/receipt.h"

#include <gtest/gtest.h>

#include <random>

#include "service/audit_sink.h"
#include "service/recommend/receipt_sink.h"
#include "tests/service/recommend/recommend_world.h"

namespace cofilter::service {
namespace {

Receipt Example() {
  Receipt receipt;
  receipt.organisation = "o";
  receipt.member_id = "ann";
  receipt.similar_to = "n3";
  receipt.trace_id = "0123456789abcdef0123456789abcdef";
  receipt.at = Day(3);
  receipt.history_cursor = 77;
  receipt.variant = "b";
  receipt.propensity = 0.25;
  receipt.list.recommendation_id = "id";
  receipt.list.surface = "news";
  receipt.list.revisions = {12, 34, 56, "abc"};
  receipt.list.level = Level::kPersonalised;
  receipt.list.seen_items_excluded = false;
  receipt.list.personalised_off = true;
  receipt.list.dial = 0.3;
  receipt.list.unknown_history_items = 2;
  RecommendedItem item;
  item.key = 9;
  item.item_id = "n9";
  item.rank = 1;
  item.score = -0.5;
  item.source = Source::kContent;
  item.lines = {{LineKind::kContent, 1.5}, {LineKind::kFreshness, -2.0}};
  item.reasons = {{4, "n4", 1.25}};
  item.remainder = 0.25;
  item.rule_id = "r";
  receipt.list.items = {item, RecommendedItem{}};
  return receipt;
}

TEST(ReceiptTest, ComesBackWhole) {
  const Receipt receipt = Example();
  const std::string bytes = SerialiseReceipt(receipt);
  const absl::StatusOr<Receipt> parsed = ParseReceipt(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  // Every field is in the bytes: equal bytes mean equal receipts.
  EXPECT_EQ(SerialiseReceipt(*parsed), bytes);
  EXPECT_EQ(parsed->member_id, "ann");
  EXPECT_EQ(parsed->similar_to, "n3");
  EXPECT_EQ(parsed->at, Day(3));
  EXPECT_EQ(parsed->history_cursor, 77);
  EXPECT_EQ(parsed->propensity, 0.25);
  EXPECT_EQ(parsed->list.revisions.configuration, "abc");
  EXPECT_EQ(parsed->list.level, Level::kPersonalised);
  EXPECT_FALSE(parsed->list.seen_items_excluded);
  EXPECT_TRUE(parsed->list.personalised_off);
  ASSERT_EQ(parsed->list.items.size(), 2u);
  EXPECT_EQ(parsed->list.items[0].lines[1].value, -2.0);
  EXPECT_EQ(parsed->list.items[0].reasons[0].item_id, "n4");
}

TEST(ReceiptTest, CutShortOrFromTheFutureIsRefused) {
  const std::string bytes = SerialiseReceipt(Example());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(ParseReceipt(bytes.substr(0, length)).status().code(), absl::StatusCode::kDataLoss)
        << length;
  }
  EXPECT_EQ(ParseReceipt(bytes + "x").status().code(), absl::StatusCode::kDataLoss);
  std::string newer = bytes;
  newer[0] = 9;
  EXPECT_EQ(ParseReceipt(newer).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ReceiptTest, NoiseNeverCrashes) {
  std::mt19937 random(1);
  const std::string bytes = SerialiseReceipt(Example());
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = bytes;
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    (void)ParseReceipt(damaged);
  }
}

TEST_F(RecommenderTest, AuditEntrySaysWhoDidWhatAndWhen) {
  StoreAuditSink sink(&world.store->audit());
  ASSERT_TRUE(sink.Take(Context(), "models.promote", "models/12", "{}").ok());
  const auto entries = world.store->audit().ReadAfter(0, 10);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ(entries->front().actor, "local");
  EXPECT_EQ(entries->front().action, "models.promote");
  EXPECT_EQ(entries->front().subject, "models/12");
  EXPECT_EQ(entries->front().at, world.clock.Now());
}

TEST_F(RecommenderTest, EveryListLeavesAReceiptThatTheStoreKeeps) {
  const auto sink = MakeStoreReceiptSink(&world.store->receipts());
  const auto keeping = Recommender::Create(world.holder.get(), &members, sink.get());
  Fill(Ids("n", 30));
  world.Record("ann", "n0001", data::Verb::kRead);
  const auto list = keeping->Recommend(Context(), Ask("ann"));
  ASSERT_TRUE(list.ok()) << list.status();
  absl::StatusOr<std::string> body = absl::NotFoundError("");
  while (!body.ok()) body = world.store->receipts().Get(list->recommendation_id);
  const absl::StatusOr<Receipt> receipt = ParseReceipt(*body);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->member_id, "ann");
  EXPECT_EQ(receipt->history_cursor, world.store->members().Read("ann")->history_cursor);
  EXPECT_EQ(ItemIds(receipt->list), ItemIds(*list));
}

}  // namespace
}  // namespace cofilter::service
