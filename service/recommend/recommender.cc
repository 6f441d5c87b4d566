// Checks a request, pins a snapshot, reads the member once, picks the path that fits the deadline,
// makes the list.
#include "service/recommend/recommender.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/digest.h"
#include "runtime/status_macros.h"
#include "service/recommend/history_fold.h"
#include "service/recommend/last_known_blocks.h"
#include "service/recommend/list_maker.h"
#include "service/recommend/page_token.h"
#include "service/recommend/path_estimate.h"
#include "service/recommend/receipt_sink.h"
#include "service/recommend/request_checks.h"
#include "service/recommend/shown_items.h"
#include "service/snapshot/snapshot_holder.h"

namespace cofilter::service {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A worker thread keeps its memory: a few floats an item.
ListMemory& ThreadMemory() {
  thread_local ListMemory memory;
  return memory;
}

// A member as read, or as good as can be had.
struct ReadMember {
  std::optional<MemberState> state;  // absent: the store is away, or nobody was asked for
  std::vector<ItemKey> blocked_before;
  bool store_away = false;

  MemberView view() const {
    MemberView member;
    member.store_away = store_away;
    if (state.has_value()) {
      member.state = &*state;
      member.blocked = state->blocked;
    } else {
      member.blocked = blocked_before;
    }
    return member;
  }
  ItemKey newest_key() const {
    ItemKey newest = 0;
    if (state.has_value()) {
      for (const MemberItem& pair : state->items) newest = std::max(newest, pair.item);
    }
    return newest;
  }
};

class StagedRecommender final : public Recommender {
 public:
  StagedRecommender(SnapshotHolder* snapshots, MemberStateStore* members, ReceiptSink* receipts)
      : snapshots_(snapshots), members_(members), receipts_(receipts) {}

  absl::StatusOr<Recommendation> Recommend(const RequestContext& context,
                                           const RecommendRequest& request) override {
    COFILTER_RETURN_IF_ERROR(CheckRequest(request));
    const auto start = SteadyClock::now();
    const ReadMember member = Read(context, request.member_id);
    const std::shared_ptr<const Snapshot> snapshot =
        snapshots_->At(context.clock->Now(), member.newest_key());
    return RecommendFrom(context, request, *snapshot, member, start);
  }

  std::vector<absl::StatusOr<Recommendation>> RecommendBatch(
      const RequestContext& context, std::span<const RecommendRequest> requests) override {
    std::vector<absl::StatusOr<Recommendation>> lists;
    lists.reserve(requests.size());
    std::shared_ptr<const Snapshot> snapshot = snapshots_->At(context.clock->Now());
    std::optional<ReadMember> member;
    const std::string* member_id = nullptr;
    for (const RecommendRequest& request : requests) {
      if (absl::Status status = CheckRequest(request); !status.ok()) {
        lists.emplace_back(std::move(status));
        continue;
      }
      const auto start = SteadyClock::now();
      if (member_id == nullptr || *member_id != request.member_id) {
        member = Read(context, request.member_id);
        member_id = &request.member_id;
      }
      lists.push_back(RecommendFrom(context, request, *snapshot, *member, start));
    }
    return lists;
  }

  absl::StatusOr<std::vector<Recommendation>> Page(const RequestContext& context,
                                                   const PageRequest& request) override;
  absl::StatusOr<Recommendation> Similar(const RequestContext& context,
                                         const SimilarRequest& request) override;
  RecommenderStats stats() const override;
  const ListMetrics& list_metrics() const override { return list_metrics_; }
  const LatencyHistogram& member_read_latency() const override { return member_read_latency_; }

 private:
  ReadMember Read(const RequestContext& context, std::string_view member_id);
  absl::StatusOr<const SurfaceView*> Surface(const Snapshot& snapshot, std::string_view field,
                                             std::string_view name) const;
  absl::StatusOr<Recommendation> RecommendFrom(const RequestContext& context,
                                               const RecommendRequest& request,
                                               const Snapshot& snapshot, const ReadMember& member,
                                               SteadyClock::time_point start);
  ListOrder Order(const RequestContext& context, const Snapshot& snapshot,
                  const SurfaceView& surface, const ReadMember& member, std::uint32_t count,
                  const std::optional<double>& dial);
  Recommendation Make(ListOrder order, SteadyClock::time_point start);
  // What the surface has shown the member too often, without a click; by key.
  std::vector<ShownItem> Repeated(const RequestContext& context, const SurfaceConfig& surface,
                                  const ReadMember& member, std::string_view member_id) const;
  void NoteShown(const RequestContext& context, const SurfaceConfig& surface,
                 std::string_view member_id, const Recommendation& list);
  void Finish(const RequestContext& context, const SurfaceView& surface, const ReadMember& member,
              std::string_view member_id, std::string_view similar_to, Recommendation& list);

  SnapshotHolder* const snapshots_;
  MemberStateStore* const members_;
  ReceiptSink* const receipts_;
  LastKnownBlocks blocks_;
  ShownItems shown_;
  PathEstimate estimate_;
  ListMetrics list_metrics_;
  LatencyHistogram member_read_latency_;
  std::atomic<std::uint64_t> store_away_{0};
  std::atomic<std::uint64_t> unknown_history_items_{0};
  std::atomic<std::int64_t> warned_at_{0};  // microseconds by the caller's clock
};

ReadMember StagedRecommender::Read(const RequestContext& context, std::string_view member_id) {
  ReadMember member;
  absl::StatusOr<MemberState> state = [&] {
    const LatencyTimer timer(&member_read_latency_);
    return members_->Read(member_id);
  }();
  if (state.ok()) {
    blocks_.Note(member_id, state->blocked);
    member.state = *std::move(state);
    return member;
  }
  member.store_away = true;
  member.blocked_before = blocks_.Of(member_id);
  ++store_away_;
  // One line a minute is enough; the counter has the rest.
  const std::int64_t now = context.clock->Now().time_since_epoch().count();
  std::int64_t warned = warned_at_.load();
  if ((warned == 0 || now - warned >= 60'000'000) &&
      warned_at_.compare_exchange_strong(warned, now)) {
    spdlog::warn("lists are made without the members' state: {}", state.status().ToString());
  }
  return member;
}

absl::StatusOr<const SurfaceView*> StagedRecommender::Surface(const Snapshot& snapshot,
                                                              std::string_view field,
                                                              std::string_view name) const {
  const SurfaceView* surface = snapshot.FindSurface(name);
  if (surface != nullptr) return surface;
  std::string known;
  for (const auto& [other, view] : snapshot.surfaces)
    absl::StrAppend(&known, known.empty() ? "" : ", ", other);
  return absl::NotFoundError(absl::StrCat(std::string(field), " ", data::ShowValue(name),
                                          " is not configured; right: ", known));
}

ListOrder StagedRecommender::Order(const RequestContext& context, const Snapshot& snapshot,
                                   const SurfaceView& surface, const ReadMember& member,
                                   std::uint32_t count, const std::optional<double>& dial) {
  ListOrder order;
  order.snapshot = &snapshot;
  order.surface = &surface;
  order.member = member.view();
  order.now = context.clock->Now();
  order.clock = context.clock;
  order.deadline = context.deadline;
  order.count = count == 0 ? surface.config->default_count : count;
  order.dial = dial.value_or(surface.config->dial);
  order.kinds = surface.kinds;
  order.path = context.deadline == runtime::Time::max()
                   ? Path::kFull
                   : estimate_.Choose(context.deadline - order.now);
  return order;
}

Recommendation StagedRecommender::Make(ListOrder order, SteadyClock::time_point start) {
  // What is left to chance follows from the list's name, so that it can be made again.
  const std::string recommendation_id = runtime::RandomUuid();
  order.seed = runtime::FastChecksum(std::as_bytes(std::span(recommendation_id)));
  Recommendation list = MakeList(order, ThreadMemory());
  list.recommendation_id = recommendation_id;
  if (order.surface->config->impressions == Impressions::kServed) {
    std::vector<ItemKey> served;
    for (const RecommendedItem& item : list.items) served.push_back(item.key);
    order.snapshot->counters->CountServed(*order.surface->config, served);
  }
  // A list without a personal part says nothing of how long one takes.
  if (list.level == Level::kPersonalised || list.level == Level::kPersonalisedQuick) {
    estimate_.Took(order.path,
                   std::chrono::duration_cast<runtime::Duration>(SteadyClock::now() - start));
  }
  return list;
}

runtime::Duration RepeatWindow(const SurfaceConfig& surface) {
  return runtime::Duration(static_cast<std::int64_t>(surface.repeat_window_hours * 3600e6));
}

std::vector<ShownItem> StagedRecommender::Repeated(const RequestContext& context,
                                                   const SurfaceConfig& surface,
                                                   const ReadMember& member,
                                                   std::string_view member_id) const {
  if (surface.repeat_limit == 0) return {};
  std::vector<ShownItem> repeated = shown_.Repeated(member_id, surface.name, surface.repeat_limit,
                                                    context.clock->Now(), RepeatWindow(surface));
  if (repeated.empty() || !member.state.has_value()) return repeated;
  std::erase_if(repeated, [&](const ShownItem& shown) {
    return std::any_of(member.state->items.begin(), member.state->items.end(),
                       [&](const MemberItem& pair) {
                         return pair.item == shown.key && Confidence(surface, pair.verbs) > 0;
                       });
  });
  return repeated;
}

void StagedRecommender::NoteShown(const RequestContext& context, const SurfaceConfig& surface,
                                  std::string_view member_id, const Recommendation& list) {
  if (surface.repeat_limit == 0) return;
  std::vector<ItemKey> keys;
  for (const RecommendedItem& item : list.items) keys.push_back(item.key);
  shown_.Note(member_id, surface.name, keys, context.clock->Now(), RepeatWindow(surface));
}

void StagedRecommender::Finish(const RequestContext& context, const SurfaceView& surface,
                               const ReadMember& member, std::string_view member_id,
                               std::string_view similar_to, Recommendation& list) {
  list_metrics_.Count(surface, list, context.clock->Now());
  unknown_history_items_ += list.unknown_history_items;
  if (receipts_ == nullptr) return;
  Receipt receipt;
  receipt.organisation = context.organisation;
  receipt.member_id = std::string(member_id);
  receipt.similar_to = std::string(similar_to);
  receipt.trace_id = context.trace.trace_id;
  receipt.at = context.clock->Now();
  if (member.state.has_value()) receipt.history_cursor = member.state->history_cursor;
  receipt.propensity = list.propensity;
  receipt.list = std::move(list);
  receipts_->Take(receipt);
  list = std::move(receipt.list);
}

absl::StatusOr<Recommendation> StagedRecommender::RecommendFrom(const RequestContext& context,
                                                                const RecommendRequest& request,
                                                                const Snapshot& snapshot,
                                                                const ReadMember& member,
                                                                SteadyClock::time_point start) {
  COFILTER_ASSIGN_OR_RETURN(const SurfaceView* surface,
                            Surface(snapshot, "surface", request.surface));
  std::vector<ItemKey> listed;
  if (!request.page_token.empty()) {
    COFILTER_ASSIGN_OR_RETURN(listed, DecodePageToken(context.organisation, request.member_id,
                                                      request.surface, request.page_token));
  }
  ListOrder order = Order(context, snapshot, *surface, member, request.count, request.dial);
  if (request.count == 0 && !request.candidate_item_ids.empty()) {
    order.count = std::min<std::uint32_t>(
        kMaxCount, static_cast<std::uint32_t>(request.candidate_item_ids.size()));
  }
  if (!request.kinds.empty()) {
    std::uint32_t kinds = 0;
    for (const data::ItemKind kind : request.kinds) kinds |= 1u << static_cast<unsigned>(kind);
    order.kinds &= kinds;
  }
  order.exclude_item_ids = request.exclude_item_ids;
  order.candidate_item_ids = request.candidate_item_ids;
  order.topics = request.topics;
  order.language = request.language;
  order.listed = listed;
  order.first_rank = static_cast<std::uint32_t>(listed.size()) + 1;
  order.max_reasons = request.max_reasons;
  order.explain_stages = request.explain_stages;
  const std::vector<ShownItem> repeated =
      Repeated(context, *surface->config, member, request.member_id);
  order.repeated = repeated;
  Recommendation list = Make(order, start);
  NoteShown(context, *surface->config, request.member_id, list);
  if (list.items.size() == order.count && listed.size() + list.items.size() <= kMaxListed) {
    for (const RecommendedItem& item : list.items) listed.push_back(item.key);
    list.next_page_token =
        EncodePageToken(context.organisation, request.member_id, request.surface, listed);
  }
  Finish(context, *surface, member, request.member_id, "", list);
  return list;
}

absl::StatusOr<std::vector<Recommendation>> StagedRecommender::Page(const RequestContext& context,
                                                                    const PageRequest& request) {
  COFILTER_RETURN_IF_ERROR(CheckRequest(request));
  auto start = SteadyClock::now();
  const ReadMember member = Read(context, request.member_id);
  const std::shared_ptr<const Snapshot> snapshot =
      snapshots_->At(context.clock->Now(), member.newest_key());
  std::vector<const SurfaceView*> surfaces;
  for (std::size_t i = 0; i < request.surfaces.size(); ++i) {
    COFILTER_ASSIGN_OR_RETURN(
        const SurfaceView* surface,
        Surface(*snapshot, absl::StrCat("surfaces[", i, "].surface"), request.surfaces[i].surface));
    surfaces.push_back(surface);
  }
  std::vector<Recommendation> lists;
  std::vector<ItemKey> listed;
  for (std::size_t i = 0; i < surfaces.size(); ++i) {
    ListOrder order = Order(context, *snapshot, *surfaces[i], member, request.surfaces[i].count,
                            request.surfaces[i].dial);
    order.exclude_item_ids = request.exclude_item_ids;
    order.listed = listed;
    order.max_reasons = request.max_reasons;
    order.explain_stages = request.explain_stages;
    const std::vector<ShownItem> repeated =
        Repeated(context, *surfaces[i]->config, member, request.member_id);
    order.repeated = repeated;
    lists.push_back(Make(order, start));
    NoteShown(context, *surfaces[i]->config, request.member_id, lists.back());
    start = SteadyClock::now();
    for (const RecommendedItem& item : lists.back().items) listed.push_back(item.key);
    Finish(context, *surfaces[i], member, request.member_id, "", lists.back());
  }
  return lists;
}

absl::StatusOr<Recommendation> StagedRecommender::Similar(const RequestContext& context,
                                                          const SimilarRequest& request) {
  COFILTER_RETURN_IF_ERROR(CheckRequest(request));
  const auto start = SteadyClock::now();
  ReadMember member;
  if (!request.member_id.empty()) member = Read(context, request.member_id);
  const std::shared_ptr<const Snapshot> snapshot =
      snapshots_->At(context.clock->Now(), member.newest_key());
  COFILTER_ASSIGN_OR_RETURN(const SurfaceView* surface,
                            Surface(*snapshot, "surface", request.surface));
  const bool in_model =
      surface->binding != nullptr && surface->binding->op->FindRow(request.item_id).has_value();
  if (!in_model && snapshot->catalogue.Find(request.item_id) == nullptr) {
    return absl::NotFoundError(absl::StrCat("item_id ", data::ShowValue(request.item_id),
                                            " is neither in the catalogue nor in the model"));
  }
  ListOrder order = Order(context, *snapshot, *surface, member, request.count, request.dial);
  order.exclude_item_ids = request.exclude_item_ids;
  order.similar_to = request.item_id;
  order.max_reasons = 1;
  Recommendation list = Make(order, start);
  Finish(context, *surface, member, request.member_id, request.item_id, list);
  return list;
}

RecommenderStats StagedRecommender::stats() const {
  RecommenderStats stats;
  stats.store_away = store_away_;
  stats.unknown_history_items = unknown_history_items_;
  return stats;
}

}  // namespace

std::unique_ptr<Recommender> Recommender::Create(SnapshotHolder* snapshots,
                                                 MemberStateStore* members, ReceiptSink* receipts) {
  return std::make_unique<StagedRecommender>(snapshots, members, receipts);
}

}  // namespace cofilter::service
