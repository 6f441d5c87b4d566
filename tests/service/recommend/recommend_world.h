// The small organisation with a recommender on top, and a store that can be taken away.
#ifndef COFILTER_TESTS_SERVICE_RECOMMEND_RECOMMEND_WORLD_H_
#define COFILTER_TESTS_SERVICE_RECOMMEND_RECOMMEND_WORLD_H_

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/recommend/receipt_sink.h"
#include "service/recommend/recommender.h"
#include "tests/service/snapshot/world.h"

namespace cofilter::service {

// The real store's, with what no store can say yet (blocks) and with a switch.
class SwitchedMembers final : public MemberStateStore {
 public:
  explicit SwitchedMembers(MemberStateStore* real) : real_(real) {}

  absl::StatusOr<MemberState> Read(std::string_view member_id) override {
    ++reads;
    if (away) return absl::UnavailableError("the store is away");
    absl::StatusOr<MemberState> state = real_->Read(member_id);
    if (state.ok()) state->blocked = blocked;
    return state;
  }
  absl::Status Upsert(std::span<const data::Member> members) override {
    return real_->Upsert(members);
  }
  absl::StatusOr<Preferences> GetPreferences(std::string_view member_id) override {
    return real_->GetPreferences(member_id);
  }
  absl::StatusOr<Preferences> UpdatePreferences(std::string_view member_id,
                                                const Preferences& preferences) override {
    return real_->UpdatePreferences(member_id, preferences);
  }
  absl::StatusOr<std::vector<std::pair<MemberKey, std::string>>> List(MemberKey after,
                                                                      std::size_t limit) override {
    return real_->List(after, limit);
  }

  std::atomic<bool> away{false};
  std::atomic<int> reads{0};
  std::vector<ItemKey> blocked;

 private:
  MemberStateStore* const real_;
};

class KeptReceipts final : public ReceiptSink {
 public:
  void Take(const Receipt& receipt) override { receipts.push_back(receipt); }
  std::vector<Receipt> receipts;
};

class RecommenderTest : public ::testing::Test {
 protected:
  explicit RecommenderTest(ServerConfig config = ServerConfig::Default())
      : world(std::move(config)),
        members(&world.store->members()),
        recommender(Recommender::Create(world.holder.get(), &members, &receipts)) {}

  RequestContext Context() const {
    RequestContext context;
    context.organisation = "default";
    context.caller = "local";
    context.clock = &world.clock;
    return context;
  }
  static RecommendRequest Ask(std::string member_id, std::string surface = "news",
                              std::uint32_t count = 20) {
    RecommendRequest request;
    request.member_id = std::move(member_id);
    request.surface = std::move(surface);
    request.count = count;
    request.explain_stages = true;
    return request;
  }
  Recommendation Get(const RecommendRequest& request) {
    absl::StatusOr<Recommendation> list = recommender->Recommend(Context(), request);
    EXPECT_TRUE(list.ok()) << list.status();
    return list.ok() ? *std::move(list) : Recommendation();
  }
  Recommendation Get(std::string member_id, std::string surface = "news",
                     std::uint32_t count = 20) {
    return Get(Ask(std::move(member_id), std::move(surface), count));
  }
  void Prefer(std::string member_id, const Preferences& preferences) {
    const auto updated = members.UpdatePreferences(member_id, preferences);
    ASSERT_TRUE(updated.ok()) << updated.status();
  }
  // News of these ids and a model that knows them.
  void Fill(const std::vector<std::string>& ids, unsigned seed = 1) {
    std::vector<data::Item> items;
    for (const std::string& id : ids) items.push_back(NewsItem(id));
    world.Upsert(items);
    world.Promote({RandomOperator("news", ids, seed)});
  }

  static std::vector<std::string> ItemIds(const Recommendation& list) {
    std::vector<std::string> ids;
    for (const RecommendedItem& item : list.items) ids.push_back(item.item_id);
    return ids;
  }
  static std::uint32_t Drops(const Recommendation& list, std::string_view stage,
                             DropReason reason) {
    std::uint32_t drops = 0;
    for (const StageTrace& trace : list.stages) {
      if (trace.stage != stage) continue;
      for (const auto& [why, count] : trace.drops) {
        if (why == reason) drops += count;
      }
    }
    return drops;
  }

  World world;
  SwitchedMembers members;
  KeptReceipts receipts;
  std::unique_ptr<Recommender> recommender;
};

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_RECOMMEND_RECOMMEND_WORLD_H_
