// retrieve → filter → rank → re-rank → fill → place → explain.
#include "service/recommend/list_maker.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "models/operator_parameters.h"
#include "service/recommend/diversify.h"
#include "service/recommend/explain.h"
#include "service/recommend/explore.h"
#include "service/recommend/fallback.h"
#include "service/recommend/filter.h"
#include "service/recommend/history_fold.h"
#include "service/recommend/place.h"
#include "service/recommend/rank.h"
#include "service/recommend/rerank.h"
#include "service/recommend/unit_trend.h"

namespace cofilter::service {
namespace {

constexpr std::uint32_t kCompleting = 1u << static_cast<unsigned>(data::Verb::kComplete) |
                                      1u << static_cast<unsigned>(data::Verb::kPass);

class ListMaker {
 public:
  ListMaker(const ListOrder& order, ListMemory& memory)
      : order_(order),
        surface_(*order.surface),
        memory_(memory),
        notch_(models::NotchOf(order.dial)) {}

  Recommendation Make();

 private:
  void Mark();
  FilterContext Context() const;
  FoldedMember Fold() const;
  void MakePersonalPart(const FilterContext& context, const FoldedMember& member);
  void Order(const FilterContext& context, const FoldedMember& member);
  bool IsVaried(const FilterContext& context) const;
  std::size_t Pool(const FilterContext& context) const;
  void DropSources(StageTrace& trace);
  VarietyContext Variety(const FoldedMember* member) const;
  // By the operator's ranker (news_rank.h). Returns with which probability.
  double MakeNewsPart(const FilterContext& context, const FoldedMember& member);
  void TakeGiven();
  bool HasRanker() const {
    return surface_.binding != nullptr && surface_.binding->op->parameters().ranker.has_value() &&
           order_.path != Path::kFallback && order_.similar_to.empty();
  }
  std::string_view Unit() const {
    return order_.member.state == nullptr ? std::string_view()
                                          : order_.member.state->member.org_unit;
  }
  bool PersonalisedOff() const {
    return order_.member.state != nullptr && !order_.member.state->preferences.personalised;
  }

  const ListOrder& order_;
  const SurfaceView& surface_;
  ListMemory& memory_;
  const int notch_;
  std::vector<StageTrace> stages_;
};

void ListMaker::Mark() {
  Marks& marks = memory_.marks;
  marks.Clear();
  for (const ItemKey key : order_.member.blocked) marks.Add(key, Marks::kBlocked);
  const ItemKeys& keys = order_.snapshot->catalogue.keys();
  const ItemKey last = keys.last();
  for (const ItemKey key : order_.listed) {
    // A key that was made up must not size the marks.
    if (key <= last) marks.Add(key, Marks::kListed);
  }
  for (const std::string& id : order_.exclude_item_ids) {
    if (const ItemKey key = keys.Find(id)) marks.Add(key, Marks::kExcluded);
  }
  for (const std::string& id : order_.candidate_item_ids) {
    if (const ItemKey key = keys.Find(id)) marks.Add(key, Marks::kGiven);
  }
  if (!order_.similar_to.empty()) {
    if (const ItemKey key = keys.Find(order_.similar_to)) marks.Add(key, Marks::kExcluded);
  }
  const MemberState* state = order_.member.state;
  if (state == nullptr) return;
  for (const ItemKey key : state->not_interested) marks.Add(key, Marks::kNotInterested);
  for (const MemberItem& pair : state->items) {
    std::uint16_t mark = 0;
    if ((pair.verbs & kCompleting) != 0) mark |= Marks::kDone;
    const std::uint32_t excluding = pair.verbs & surface_.config->exclude_verbs;
    if ((excluding & kCompleting) != 0) {
      mark |= Marks::kCompleted;
    } else if (excluding != 0) {
      mark |= Marks::kSeen;
    }
    if (mark != 0) marks.Add(pair.item, mark);
  }
}

FilterContext ListMaker::Context() const {
  FilterContext context;
  context.catalogue = &order_.snapshot->catalogue;
  context.now = order_.now;
  context.kinds = order_.kinds;
  context.unit = Unit();
  if (order_.member.state != nullptr)
    context.muted_topics = order_.member.state->preferences.muted_topics;
  context.topics = order_.topics;
  context.language = order_.language;
  context.only_given = !order_.candidate_item_ids.empty();
  context.marks = &memory_.marks;
  return context;
}

// Empty: the list has no personal part.
FoldedMember ListMaker::Fold() const {
  if (surface_.binding == nullptr || order_.path == Path::kFallback) return {};
  const OperatorBinding& binding = *surface_.binding;
  if (!order_.similar_to.empty()) {
    const std::optional<std::uint32_t> row = binding.op->FindRow(order_.similar_to);
    return FoldItem(binding, order_.snapshot->catalogue.keys().Find(order_.similar_to),
                    row.value_or(kNoRow));
  }
  if (order_.member.state == nullptr || PersonalisedOff()) return {};
  return FoldMember(surface_, order_.snapshot->catalogue, order_.member.state->items, order_.now);
}

void ListMaker::MakePersonalPart(const FilterContext& context, const FoldedMember& member) {
  const bool quick = order_.path == Path::kQuick;
  const std::size_t most = surface_.items;
  std::size_t asked = quick
                          ? std::size_t{order_.count} * 4
                          : std::max<std::size_t>(
                                CandidateCount(*surface_.config, order_.snapshot->catalogue.size()),
                                std::size_t{order_.count} * 2);
  for (;;) {
    memory_.candidates.clear();
    memory_.openers.clear();
    memory_.marks.Remove(Marks::kCandidate);
    stages_.resize(2);
    stages_[0] = {"retrieve", 0, 0, {}};
    stages_[1] = {"filter", 0, 0, {}};
    bool more = false;
    if (context.only_given) {
      TakeGiven();
    } else {
      more = Retrieve(surface_, order_.snapshot->catalogue, member, notch_, quick, asked,
                      memory_.marks, memory_.retrieval, memory_.candidates, stages_[0]);
    }
    Filter(context, memory_.marks, memory_.candidates, memory_.openers, stages_[1]);
    // A narrow request (one topic of fifty) may drop nearly all: look further down, while there is
    // time.
    if (!more || quick || memory_.candidates.size() >= order_.count || asked >= most) break;
    if (order_.deadline != runtime::Time::max()) {
      // The next round costs up to eight times what was spent so far.
      const runtime::Time now = order_.clock->Now();
      if (order_.deadline - now < 8 * (now - order_.now)) break;
    }
    asked *= 8;
  }
  StageTrace& ranked = stages_.emplace_back();
  ranked.stage = "rank";
  RankOrder order;
  // What a source allows is known of exact scores only, so where one is left out all are wanted.
  order.count = surface_.config->sources == kAllSources ? Pool(context) : memory_.candidates.size();
  order.surface = surface_.config;
  order.catalogue = &order_.snapshot->catalogue;
  order.now = order_.now;
  Rank(*surface_.binding, member, notch_, memory_.openers, order, memory_.retrieval,
       memory_.candidates, ranked);
  if (!context.only_given) DropSources(ranked);
  Order(context, member);
}

// What is like an item resembles it, and so each other; what somebody chose stays together.
bool ListMaker::IsVaried(const FilterContext& context) const {
  return order_.similar_to.empty() && !context.only_given &&
         WantsVariety(*surface_.config, !order_.repeated.empty());
}

// How many of the best candidates the re-ranker looks at.
std::size_t ListMaker::Pool(const FilterContext& context) const {
  return IsVaried(context) ? VarietyPool(order_.count) : order_.count;
}

// Re-ranks, and cuts to the count.
void ListMaker::Order(const FilterContext& context, const FoldedMember& member) {
  StageTrace& reranked = stages_.emplace_back();
  reranked.stage = "rerank";
  Rerank(*surface_.config, order_.snapshot->catalogue, order_.now, Pool(context),
         memory_.candidates, reranked);
  if (IsVaried(context)) {
    Diversify(*surface_.config, Variety(&member), order_.count, memory_.candidates, reranked);
  }
}

// A source is known once the exact score is.
void ListMaker::DropSources(StageTrace& trace) {
  const std::uint32_t sources = surface_.config->sources;
  if (sources == kAllSources) return;
  const std::size_t dropped = std::erase_if(memory_.candidates, [&](const Candidate& candidate) {
    return !HasSource(sources, candidate.source);
  });
  CountDrop(trace, DropReason::kSource, static_cast<std::uint32_t>(dropped));
  trace.out = static_cast<std::uint32_t>(memory_.candidates.size());
}

VarietyContext ListMaker::Variety(const FoldedMember* member) const {
  VarietyContext context;
  context.catalogue = &order_.snapshot->catalogue;
  context.binding = surface_.binding.get();
  if (member != nullptr) context.history = member->items;
  context.repeated = order_.repeated;
  return context;
}

// The candidates that the request names and the catalogue knows, in its order.
void ListMaker::TakeGiven() {
  for (const std::string& id : order_.candidate_item_ids) {
    const ItemKey key = order_.snapshot->catalogue.keys().Find(id);
    if (key == 0 || memory_.marks.Has(key, Marks::kCandidate) ||
        !order_.snapshot->catalogue.Traits(key).Has(ItemTraits::kKnown)) {
      continue;
    }
    memory_.marks.Add(key, Marks::kCandidate);
    Candidate& candidate = memory_.candidates.emplace_back();
    candidate.key = key;
    candidate.row = surface_.binding->rows.RowOf(key);
  }
  stages_[0].in = stages_[0].out = static_cast<std::uint32_t>(memory_.candidates.size());
}

double ListMaker::MakeNewsPart(const FilterContext& context, const FoldedMember& member) {
  // Of the operator's own: enough that its term has something to tell apart.
  constexpr std::size_t kFromOperator = 100;
  const Snapshot& snapshot = *order_.snapshot;
  std::vector<TrendShare> in_unit;
  if (!Unit().empty() && HasSource(surface_.config->sources, Source::kPopularInUnit)) {
    in_unit = TrendInUnit(*snapshot.counters, surface_.config->name, Unit());
  }
  memory_.candidates.clear();
  memory_.openers.clear();
  stages_.resize(2);
  stages_[0] = {"retrieve", 0, 0, {}};
  stages_[1] = {"filter", 0, 0, {}};
  if (context.only_given) {
    TakeGiven();
  } else {
    if (!member.empty()) {
      Retrieve(surface_, snapshot.catalogue, member, notch_, order_.path == Path::kQuick,
               std::max<std::size_t>(kFromOperator, order_.count), memory_.marks, memory_.retrieval,
               memory_.candidates, stages_[0]);
    }
    RetrieveNow(snapshot, surface_, in_unit, order_.now, memory_.marks, memory_.candidates,
                stages_[0]);
  }
  Filter(context, memory_.marks, memory_.candidates, memory_.openers, stages_[1]);
  for (const ItemKey key : memory_.openers) {
    Candidate& candidate = memory_.candidates.emplace_back();
    candidate.key = key;
    candidate.row = surface_.binding->rows.RowOf(key);
  }
  StageTrace& ranked = stages_.emplace_back();
  ranked.stage = "rank";
  RankNews(snapshot, surface_, member, in_unit, notch_, order_.now,
           context.only_given ? NewsPool::kGiven : NewsPool::kOpen, memory_.retrieval, memory_.news,
           memory_.candidates, ranked);
  if (!context.only_given) DropSources(ranked);
  const double exploration = context.only_given ? 0 : surface_.config->exploration;
  if (exploration > 0) memory_.pool = memory_.candidates;
  Order(context, member);
  if (!(exploration > 0)) return 1;
  return Explore(exploration, order_.seed, memory_.pool, memory_.candidates);
}

Recommendation ListMaker::Make() {
  Recommendation list;
  list.surface = surface_.config->name;
  list.revisions = {order_.snapshot->model_version(), order_.snapshot->catalogue.revision(),
                    order_.snapshot->rules->revision, order_.snapshot->config->revision};
  list.seen_items_excluded = !order_.member.store_away;
  list.personalised_off = PersonalisedOff();
  list.dial = static_cast<double>(notch_) / (models::kNotches - 1);

  Mark();
  memory_.candidates.clear();
  const FilterContext context = Context();
  const FoldedMember member = Fold();
  list.unknown_history_items = member.unknown_items;
  if (HasRanker()) {
    list.propensity = MakeNewsPart(context, member);
  } else if (!member.empty()) {
    MakePersonalPart(context, member);
  }
  if (memory_.candidates.size() < order_.count) {
    // What the re-ranker cut stays out; there is none when the list is short.
    memory_.marks.Remove(Marks::kCandidate);
    for (const Candidate& candidate : memory_.candidates)
      memory_.marks.Add(candidate.key, Marks::kCandidate);
    StageTrace& filled = stages_.emplace_back();
    filled.stage = "fallback";
    FillFromRungs(*order_.snapshot, surface_, context, Unit(), order_.count, memory_.marks,
                  memory_.candidates, filled);
  }
  list.variety = MeasureVariety(Variety(nullptr), memory_.candidates);
  list.level = LevelOf(memory_.candidates, order_.path == Path::kQuick);
  if (HasRanker() && !member.empty() && !memory_.candidates.empty()) {
    list.level = order_.path == Path::kQuick ? Level::kPersonalisedQuick : Level::kPersonalised;
  }
  StageTrace& placed = stages_.emplace_back();
  placed.stage = "place";
  list.items = Place(*order_.snapshot->rules, order_.snapshot->catalogue, memory_.candidates,
                     memory_.news.terms, order_.first_rank, placed);
  if (!member.empty()) {
    Explain(*surface_.binding, order_.snapshot->catalogue, member, notch_, order_.max_reasons,
            memory_.retrieval.scratch.get(), memory_.candidates, list.items);
  }
  if (order_.explain_stages) list.stages = std::move(stages_);
  return list;
}

}  // namespace

Recommendation MakeList(const ListOrder& order, ListMemory& memory) {
  return ListMaker(order, memory).Make();
}

}  // namespace cofilter::service
