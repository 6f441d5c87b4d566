// Fourteen days of an organisation: published, read, retrained, rolled back, killed, restored;
// checked each day.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "data/dataset.h"
#include "data/generator.h"
#include "models/model.h"
#include "tests/end_to_end/list_checks.h"
#include "tests/end_to_end/simulated_server.h"

namespace cofilter::end_to_end {
namespace {

constexpr std::uint32_t kDays = 14;
constexpr std::uint32_t kAsked = 40;  // members whose lists are checked, twice a day
constexpr std::uint32_t kImportDay = 4;
constexpr std::uint32_t kOptOutDay = 5;
constexpr std::uint32_t kOptInDay = 9;
constexpr std::uint32_t kCrashDay = 6;
constexpr std::uint32_t kRollBackDay = 8;

class FortnightTest : public ::testing::Test {
 protected:
  void SetUp() override {
    data::OrganisationSettings settings;
    settings.seed = 20261124;
    settings.members = 300;
    settings.items = 900;
    settings.days = kDays;
    settings.events = 45'000;
    auto organisation = data::Organisation::Create(settings);
    ASSERT_TRUE(organisation.ok()) << organisation.status();
    organisation_ = std::move(*organisation);
    auto server = SimulatedServer::Create(organisation_->StartOf(0));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = std::move(*server);
    ASSERT_TRUE(server_->Start().ok());
    Publish(organisation_->InitialItems());
  }

  void Publish(std::span<const data::Item> items) {
    ASSERT_TRUE(server_->UpsertItems(items).ok());
    for (const data::Item& item : items) world_.items[item.item_id] = item;
  }

  // A twentieth of the members join late, a few each day; their events begin when they act.
  void Join(std::uint32_t day) {
    std::vector<data::Member> joining;
    for (std::size_t i = 0; i < organisation_->Members().size(); ++i) {
      const std::uint32_t joins = i % 20 == 0 ? static_cast<std::uint32_t>(i / 20) % kDays : 0;
      if (joins == day) joining.push_back(organisation_->Members()[i]);
    }
    ASSERT_TRUE(server_->UpsertMembers(joining).ok());
  }

  void Send(std::span<const data::Event> events) {
    if (!events.empty()) server_->SetClock(std::max(server_->now(), events.back().occurred_at));
    auto recorded = server_->Record(events);
    ASSERT_TRUE(recorded.ok()) << recorded.status();
    ASSERT_EQ(*recorded, static_cast<int>(events.size()));
    for (const data::Event& event : events) world_.Apply(event);
    sent_ += events.size();
  }

  const std::string& AskedMember(std::uint32_t i) const {
    return organisation_->Members()[i * organisation_->Members().size() / kAsked].member_id;
  }

  v1::Recommendation List(const std::string& member, const std::string& surface, double dial) {
    auto list = server_->Recommend(member, surface, 20, dial);
    EXPECT_TRUE(list.ok()) << list.status();
    return list.ok() ? *list : v1::Recommendation();
  }

  // Both surfaces of the asked members; counts what the invariants of the day need.
  void CheckLists() {
    std::vector<std::string> violations;
    for (std::uint32_t i = 0; i < kAsked; ++i) {
      for (const char* surface : {"news", "learning"}) {
        const v1::Recommendation list = List(AskedMember(i), surface, 0);
        for (std::string& violation : CheckList(world_, list, AskedMember(i), server_->now()))
          violations.push_back(std::move(violation));
        if (list.level() == v1::LEVEL_PERSONALISED) ++personalised_lists_;
        for (const v1::RecommendedItem& item : list.items()) {
          const auto& published = world_.items[item.item_id()].published_at;
          if (published && *published > model_cutoff_) ++new_items_served_;
        }
      }
    }
    EXPECT_THAT(violations, ::testing::IsEmpty());
  }

  // One list, the same by gRPC and over HTTP.
  void CheckBothDoors() {
    const v1::Recommendation list = List(AskedMember(2), "learning", 0);
    const auto over_http = server_->RecommendOverHttp(AskedMember(2), "learning", 20, 0);
    ASSERT_TRUE(over_http.ok()) << over_http.status();
    ASSERT_EQ(over_http->size(), static_cast<std::size_t>(list.items_size()));
    for (int i = 0; i < list.items_size(); ++i)
      EXPECT_EQ((*over_http)[static_cast<std::size_t>(i)], list.items(i).item_id());
  }

  void RetireOneAndCheck() {
    const v1::Recommendation list = List(AskedMember(1), "news", 0);
    ASSERT_GT(list.items_size(), 0);
    const std::string retired = list.items(0).item_id();
    ASSERT_TRUE(server_->RetireItem(retired).ok());
    world_.retired.insert(retired);
    const v1::Recommendation after = List(AskedMember(1), "news", 0);
    for (const v1::RecommendedItem& item : after.items())
      EXPECT_NE(item.item_id(), retired) << "served after it was retired";
  }

  void AskForOthersAndCheck() {
    const std::string& member = AskedMember(3);
    EXPECT_TRUE(server_->AskAs(member, member).ok());
    EXPECT_TRUE(absl::IsPermissionDenied(server_->AskAs(member, AskedMember(4))));
    EXPECT_TRUE(absl::IsUnauthenticated(server_->AskAs("", member)));
  }

  // Another system tells that a course was completed; told twice, it counts once.
  void ImportAndCheck() {
    const std::string& member = AskedMember(5);
    const v1::Recommendation list = List(member, "learning", 0);
    ASSERT_GT(list.items_size(), 0);
    data::Event event;
    event.member_id = member;
    event.item_id = list.items(0).item_id();
    event.verb = data::Verb::kComplete;
    const std::string log = absl::StrCat(R"({"FeedbackType":"finished","UserId":")", member,
                                         R"(","ItemId":")", event.item_id, R"(","Timestamp":")",
                                         runtime::FormatTime(server_->now()), "\"}\n");
    ASSERT_TRUE(server_->Import(log).ok());
    ASSERT_TRUE(server_->Import(log).ok());
    ++sent_;
    world_.Apply(event);
    const v1::Recommendation after = List(member, "learning", 0);
    for (const v1::RecommendedItem& item : after.items())
      EXPECT_NE(item.item_id(), event.item_id) << "served after it was completed elsewhere";
  }

  void OptOutAndCheck() {
    const std::string& member = AskedMember(2);
    ASSERT_EQ(List(member, "learning", 0).level(), v1::LEVEL_PERSONALISED);
    ASSERT_TRUE(server_->SetPersonalised(member, false).ok());
    const v1::Recommendation list = List(member, "learning", 0);
    EXPECT_TRUE(list.personalised_off());
    EXPECT_NE(list.level(), v1::LEVEL_PERSONALISED);
    // The unit is all that is left to go by.
    EXPECT_TRUE(std::any_of(list.items().begin(), list.items().end(), [](const auto& item) {
      return item.source() == v1::SOURCE_POPULAR_IN_UNIT;
    }));
    EXPECT_THAT(CheckList(world_, list, member, server_->now()), ::testing::IsEmpty());
  }

  // Loses what came after the backup, as a restored machine does; the backend sends the day once
  // more.
  void CrashAndRestore(std::uint32_t day, std::span<const data::Event> since_backup) {
    server_->Kill();
    ASSERT_TRUE(server_->Restore("evening.db").ok());
    ASSERT_TRUE(server_->Start().ok());
    Publish(organisation_->ItemsPublishedOn(day));
    Join(day);
    // The model tells what each notch of the dial costs, and no notch costs less than the one
    // before.
    auto model = server_->GetModel(served_);
    ASSERT_TRUE(model.ok()) << model.status();
    ASSERT_GT(model->operators_size(), 0);
    for (const v1::Model::Operator& op : model->operators()) {
      ASSERT_EQ(op.dial_notches_size(), models::kNotches) << op.name();
      for (int notch = 1; notch < models::kNotches; ++notch) {
        EXPECT_GE(op.dial_notches(notch).cost(), op.dial_notches(notch - 1).cost()) << op.name();
      }
    }
    auto count = server_->CountEvents();
    ASSERT_TRUE(count.ok()) << count.status();
    ASSERT_EQ(*count, static_cast<std::int64_t>(sent_ - since_backup.size()));
    auto recorded = server_->Record(since_backup);
    ASSERT_TRUE(recorded.ok()) << recorded.status();
    EXPECT_EQ(*recorded, static_cast<int>(since_backup.size()));
    auto again = server_->Record(since_backup);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, 0) << "events counted twice";
  }

  // The share of tail items in what the asked members get, by the served model's own popularity.
  double TailShare(const std::string& surface, double dial) {
    auto model = models::Model::Load(
        models::ArtifactPath(server_->models_directory(), static_cast<std::uint64_t>(served_)));
    EXPECT_TRUE(model.ok()) << model.status();
    const models::Operator* op = model.ok() ? (*model)->FindOperator(surface) : nullptr;
    if (op == nullptr) return 0;
    std::vector<std::uint32_t> degrees;
    std::vector<std::string> ids;
    for (std::uint32_t row = 0; row < op->items(); ++row) {
      degrees.push_back(static_cast<std::uint32_t>(op->degree(row)));
      ids.emplace_back(op->item_id(row));
    }
    const std::vector<data::Band> bands = data::PopularityBands(degrees, ids);
    double tail = 0, all = 0;
    for (std::uint32_t i = 0; i < kAsked; ++i) {
      const v1::Recommendation list = List(AskedMember(i), surface, dial);
      for (const v1::RecommendedItem& item : list.items()) {
        const auto row = op->FindRow(item.item_id());
        ++all;
        if (!row || bands[*row] == data::Band::kTail) ++tail;
      }
    }
    return all == 0 ? 0 : tail / all;
  }

  void TrainAndPromote(std::uint32_t day) {
    auto version = server_->Retrain();
    ASSERT_TRUE(version.ok()) << version.status();
    ASSERT_TRUE(server_->Promote(*version).ok());
    auto served = server_->ServedVersion();
    ASSERT_TRUE(served.ok()) << served.status();
    EXPECT_EQ(*served, *version) << "on day " << day;
    served_ = *served;
    model_cutoff_ = server_->now();
  }

  std::unique_ptr<data::Organisation> organisation_;
  std::unique_ptr<SimulatedServer> server_;
  World world_;
  std::size_t sent_ = 0;
  std::int64_t served_ = 0;
  runtime::Time model_cutoff_{};
  int personalised_lists_ = 0;
  int new_items_served_ = 0;
};

TEST_F(FortnightTest, HoldsItsInvariantsEveryDay) {
  double first_tail_share = 0;
  for (std::uint32_t day = 0; day < kDays; ++day) {
    SCOPED_TRACE(absl::StrCat("day ", day));
    server_->SetClock(organisation_->StartOf(day));
    Publish(organisation_->ItemsPublishedOn(day));
    Join(day);
    auto events = organisation_->EventsOfDay(day);
    ASSERT_TRUE(events.ok()) << events.status();
    const std::span<const data::Event> all(*events);
    new_items_served_ = personalised_lists_ = 0;

    Send(all.first(all.size() / 2));
    CheckLists();
    if (day == kCrashDay) CrashAndRestore(day, all.first(all.size() / 2));
    RetireOneAndCheck();
    if (day == kImportDay) ImportAndCheck();
    if (day == kOptOutDay) {
      OptOutAndCheck();
      AskForOthersAndCheck();
    }
    if (day == kOptInDay) {
      ASSERT_TRUE(server_->SetPersonalised(AskedMember(2), true).ok());
      EXPECT_EQ(List(AskedMember(2), "learning", 0).level(), v1::LEVEL_PERSONALISED);
    }
    Send(all.subspan(all.size() / 2));
    CheckLists();
    CheckBothDoors();
    if (day > 0) {
      EXPECT_GT(personalised_lists_, 0);
      EXPECT_GT(new_items_served_, 0) << "nothing born after the training was served";
    }

    server_->SetClock(std::max(
        server_->now(), organisation_->StartOf(day) + runtime::Duration(std::chrono::hours(23))));
    TrainAndPromote(day);
    if (day == kRollBackDay) {
      auto back = server_->RollBack();
      ASSERT_TRUE(back.ok()) << back.status();
      EXPECT_EQ(*back, served_ - 1);
      CheckLists();
      ASSERT_TRUE(server_->Promote(served_).ok());
    }
    if (day == 3) first_tail_share = TailShare("learning", 0);
    if (day == kCrashDay - 1) {
      ASSERT_TRUE(server_->Backup("evening.db").ok());
    }
    if (::testing::Test::HasFatalFailure()) return;
  }

  const double tail_share = TailShare("learning", 0);
  EXPECT_GE(tail_share, 0.7 * first_tail_share) << "the tail's share did not hold";
  EXPECT_GT(TailShare("learning", 1), tail_share) << "the dial does not reach the tail";
  auto count = server_->CountEvents();
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(*count, static_cast<std::int64_t>(sent_));
}

}  // namespace
}  // namespace cofilter::end_to_end
