// What every store must do with the model pointer, rules, receipts, the audit log and remembered
// answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/service/store/store_contract.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RecordsContractTest : public StoreContractTest {};

TEST_P(RecordsContractTest, ThePointerMovesOnlyFromTheRevisionThatWasSeen) {
  EXPECT_EQ(store().model_pointer().Get()->version, 0u);
  EXPECT_EQ(store().model_pointer().Get()->revision, 0);
  clock_.Advance(std::chrono::minutes(1));
  const auto first = store().model_pointer().Set(7, 0, "ann", "better");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_TRUE(absl::IsAborted(store().model_pointer().Set(8, 0, "bob", "").status()));
  const auto second = store().model_pointer().Set(9, first->revision, "bob", "best");
  ASSERT_TRUE(second.ok());
  Reopen();
  const auto now = store().model_pointer().Get();
  EXPECT_EQ(now->version, 9u);
  EXPECT_EQ(now->previous_version, 7u);
  EXPECT_EQ(now->changed_by, "bob");
  EXPECT_EQ(now->reason, "best");
  EXPECT_EQ(now->changed_at, At(1));
  EXPECT_EQ(now->revision, second->revision);
  const auto history = store().model_pointer().History(10);
  ASSERT_THAT(*history, SizeIs(2));
  EXPECT_EQ((*history)[1].version, 7u);
  EXPECT_THAT(*store().model_pointer().History(1), SizeIs(1));
}

TEST_P(RecordsContractTest, RulesAreReplacedFromTheRevisionThatWasSeen) {
  const std::string body("\0binary", 7);
  const auto first = store().rules().Put("b", body, 0);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(store().rules().Put("a", "", 0).ok());
  EXPECT_TRUE(absl::IsAborted(store().rules().Put("b", "x", 0).status()));
  const auto rules = store().rules().Load();
  ASSERT_THAT(*rules, SizeIs(2));
  EXPECT_EQ((*rules)[1].rule_id, "b");
  EXPECT_EQ((*rules)[1].body, body);
  EXPECT_EQ((*rules)[1].revision, *first);
  EXPECT_GT(*store().rules().Put("b", "y", *first), *first);
  EXPECT_EQ((*store().rules().Load())[1].body, "y");
}

TEST_P(RecordsContractTest, ReceiptsAreFoundAtOnceAndAfterReopening) {
  store().receipts().Append("r1", "body", At(0));
  EXPECT_EQ(*store().receipts().Get("r1"), "body");
  EXPECT_TRUE(absl::IsNotFound(store().receipts().Get("r2").status()));
  ASSERT_TRUE(store().Check().ok());  // a commit, with which the receipt goes
  store().receipts().Append("r2", "other", At(1));
  Reopen();
  EXPECT_EQ(*store().receipts().Get("r1"), "body");
  EXPECT_EQ(*store().receipts().Get("r2"), "other");
  EXPECT_EQ(store().receipts().dropped(), 0u);
}

TEST_P(RecordsContractTest, AnImportKeepsItsPlaceAsItGoesOn) {
  StoredImport first{.import_id = "one",
                     .fingerprint = "f",
                     .source_system = "portal",
                     .started_at = At(1),
                     .events = 3,
                     .quarantined = 1,
                     .body = std::string("\0body", 5)};
  ASSERT_TRUE(store().imports().Put(first).ok());
  StoredImport second = first;
  second.import_id = "two";
  second.fingerprint = "g";
  second.body.clear();
  ASSERT_TRUE(store().imports().Put(second).ok());
  first.events = 7;
  ASSERT_TRUE(store().imports().Put(first).ok());
  Reopen();
  const Sequence all = std::numeric_limits<Sequence>::max();
  const auto imports = store().imports().List(all, "", 10);
  ASSERT_TRUE(imports.ok()) << imports.status();
  ASSERT_THAT(*imports, SizeIs(2));
  EXPECT_EQ((*imports)[0].import_id, "two");
  EXPECT_EQ((*imports)[1].import_id, "one");
  EXPECT_EQ((*imports)[1].events, 7);
  EXPECT_EQ((*imports)[1].quarantined, 1);
  EXPECT_EQ((*imports)[1].source_system, "portal");
  EXPECT_EQ((*imports)[1].started_at, At(1));
  EXPECT_EQ((*imports)[1].body, first.body);
  EXPECT_THAT(*store().imports().List(all, "f", 10), SizeIs(1));
  EXPECT_THAT(*store().imports().List((*imports)[0].sequence, "", 10), SizeIs(1));
  EXPECT_THAT(*store().imports().List(all, "", 1), SizeIs(1));
  // Another organisation's are not seen.
  Reopen("other");
  EXPECT_THAT(*store().imports().List(all, "", 10), IsEmpty());
}

TEST_P(RecordsContractTest, TheAuditLogKeepsItsOrder) {
  const AuditEntry entry{.at = At(3),
                         .actor = "ann",
                         .action = "models.promote",
                         .subject = "models/1",
                         .detail = R"({"x":1})"};
  ASSERT_TRUE(store().audit().Append(entry).ok());
  ASSERT_TRUE(store()
                  .audit()
                  .Append({.at = At(4), .actor = "bob", .action = "a", .subject = "", .detail = ""})
                  .ok());
  Reopen();
  const auto entries = store().audit().ReadAfter(0, 10);
  ASSERT_THAT(*entries, SizeIs(2));
  EXPECT_EQ((*entries)[0].at, At(3));
  EXPECT_EQ((*entries)[0].action, "models.promote");
  EXPECT_EQ((*entries)[0].detail, R"({"x":1})");
  EXPECT_THAT(*store().audit().ReadAfter((*entries)[0].sequence, 10), SizeIs(1));
  EXPECT_THAT(*store().audit().ReadAfter((*entries)[1].sequence, 10), IsEmpty());
}

TEST_P(RecordsContractTest, AnswersAreRememberedForADay) {
  EXPECT_TRUE(absl::IsNotFound(store().idempotency().Find("q1").status()));
  ASSERT_TRUE(store().idempotency().Remember("q1", "answer").ok());
  ASSERT_TRUE(store().idempotency().Remember("q1", "another").ok());  // the first stands
  clock_.Advance(std::chrono::hours(23));
  Reopen();
  EXPECT_EQ(*store().idempotency().Find("q1"), "answer");
  clock_.Advance(std::chrono::hours(2));
  EXPECT_TRUE(absl::IsNotFound(store().idempotency().Find("q1").status()));
  ASSERT_TRUE(store().idempotency().Remember("q1", "new").ok());
  EXPECT_EQ(*store().idempotency().Find("q1"), "new");
}

TEST_P(RecordsContractTest, CheckIsFineWhenTheStoreIs) { EXPECT_TRUE(store().Check().ok()); }

INSTANTIATE_TEST_SUITE_P(Stores, RecordsContractTest, testing::ValuesIn(StoreFactories()),
                         StoreName);

}  // namespace
}  // namespace cofilter::service
