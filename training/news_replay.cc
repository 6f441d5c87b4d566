// Streams moments through the counters that serving uses, and asks the operator as serving does.
#include "training/news_replay.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "models/content_features.h"

namespace cofilter::training {
namespace {

constexpr double kMicrosAnHour = 3600e6;
// Of the pool, from the operator: enough that its term has something to tell apart.
constexpr std::size_t kFromOperator = 100;

double HoursBetween(runtime::Time from, runtime::Time to) {
  return static_cast<double>((to - from).count()) / kMicrosAnHour;
}

struct KnownItem {
  std::uint32_t row = models::HistoryEntry::kForeign;
  std::optional<models::ForeignItem> foreign;  // of an item that the operator does not know
  models::ContentProfile profile;
  const data::Item* item = nullptr;  // of the catalogue

  bool MayBeServed(runtime::Time at) const {
    return item == nullptr || (item->state == data::ItemState::kActive &&
                               (!item->published_at.has_value() || *item->published_at <= at) &&
                               (!item->expires_at.has_value() || at < *item->expires_at));
  }
};

struct Taken {
  std::uint32_t item = 0;
  float weight = 0;
  runtime::Time at{};
};

class Replay {
 public:
  Replay(const models::Operator& op, const data::Dataset& history,
         std::span<const data::Item> catalogue, const MomentLog& log)
      : op_(op), scratch_(models::MakeRetrievalScratch()) {
    std::unordered_map<std::string_view, const data::Item*> by_id;
    for (const data::Item& item : catalogue) by_id[item.item_id] = &item;
    // Items of the log first, so that moments name them by their own numbers.
    for (std::size_t i = 0; i < log.items().size(); ++i) Know(log.items().id(i), by_id);
    for (const std::string& id : history.item_ids) {
      if (!numbers_.contains(id)) Know(id, by_id);
    }
    taken_.resize(log.members().size());
    for (std::size_t m = 0; m < history.members(); ++m) {
      const std::optional<std::uint32_t> member = log.members().Find(history.member_ids[m]);
      if (!member.has_value()) continue;
      for (const data::Interaction& interaction : history.of(m)) {
        taken_[*member].push_back(
            {numbers_.at(history.item_ids[interaction.item]), interaction.weight, interaction.at});
      }
    }
    rows_ = models::RowSet(op.items());
    for (std::uint32_t row = 0; row < op.items(); ++row) rows_.Add(row);
  }

  void Take(const Moment& click) {
    std::vector<Taken>& taken = taken_[click.member];
    const auto known = std::find_if(taken.begin(), taken.end(),
                                    [&](const Taken& one) { return one.item == click.item; });
    if (known == taken.end()) {
      taken.push_back({click.item, click.weight, click.at});
    } else {
      known->weight = std::max(known->weight, click.weight);
      known->at = click.at;
    }
  }

  // Folds the member in, as of then.
  void Fold(std::uint32_t member, runtime::Time at) {
    std::vector<Taken> taken = taken_[member];
    std::stable_sort(taken.begin(), taken.end(),
                     [](const Taken& a, const Taken& b) { return a.at > b.at; });
    std::vector<models::HistoryEntry> entries;
    std::vector<std::uint32_t> items;
    std::vector<float> confidence;
    std::vector<double> age_days;
    for (const Taken& one : taken) {
      const KnownItem& known = known_[one.item];
      if (known.row == models::HistoryEntry::kForeign && !known.foreign.has_value()) continue;
      models::HistoryEntry entry;
      entry.row = known.row;
      if (known.foreign.has_value()) entry.foreign = &*known.foreign;
      entries.push_back(entry);
      items.push_back(one.item);
      confidence.push_back(one.weight);
      age_days.push_back(std::max(0.0, HoursBetween(one.at, at) / 24));
    }
    const std::vector<float> weights =
        models::HistoryWeights(op_.parameters().history, confidence, age_days);
    const auto counted =
        std::count_if(weights.begin(), weights.end(), [](float weight) { return weight > 0; });
    profile_.Clear();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!(weights[i] > 0)) continue;
      profile_.Add(known_[items[i]].profile, 1 / static_cast<float>(counted));
      entries[kept] = entries[i];
      entries[kept++].weight = weights[i];
    }
    entries.resize(kept);
    folded_ = op_.Fold(entries);
    has_history_ = kept > 0;
  }

  ReplayedList Look(const models::ItemCounters& counters, std::span<const std::uint32_t> items,
                    runtime::Time at) {
    std::vector<std::uint32_t> rows;
    for (const std::uint32_t item : items) {
      if (known_[item].row != models::HistoryEntry::kForeign) rows.push_back(known_[item].row);
    }
    std::vector<models::RowScore> scores;
    if (has_history_) op_.Score(folded_, /*notch=*/0, rows, scratch_.get(), &scores);
    std::vector<models::ItemCountsByHalfLife> all_counts;
    counters.Read(items, at, &all_counts);
    ReplayedList list;
    list.reserve(items.size());
    std::size_t row = 0;
    for (const std::uint32_t item : items) {
      const KnownItem& known = known_[item];
      const models::ItemCountsByHalfLife& counts = all_counts[list.size()];
      ReplayedItem& seen = list.emplace_back();
      for (std::size_t h = 0; h < models::kCounterCount; ++h) {
        seen.counts[h] = {static_cast<float>(counts[h].clicks),
                          static_cast<float>(counts[h].impressions),
                          static_cast<float>(counts[h].placements)};
      }
      if (has_history_) {
        seen.operator_score = static_cast<float>(
            known.row != models::HistoryEntry::kForeign ? scores[row++].personal()
            : known.foreign.has_value() ? op_.ScoreForeign(folded_, /*notch=*/0, *known.foreign)
                                        : 0.0);
        seen.content_match = static_cast<float>(profile_.Dot(known.profile));
      }
      if (known.item != nullptr && known.item->published_at.has_value()) {
        seen.age_hours =
            static_cast<float>(std::max(0.0, HoursBetween(*known.item->published_at, at)));
      }
    }
    return list;
  }

  // What could be shown now, without what the member has taken.
  std::vector<std::uint32_t> Pool(const models::ItemCounters& counters, std::uint32_t member,
                                  runtime::Time at) {
    std::vector<std::uint32_t> items;
    models::AppendNewsPool(counters, &items);
    if (has_history_) {
      std::vector<models::RetrievedRow> rows;
      op_.Retrieve(folded_, /*notch=*/0, rows_, kFromOperator, scratch_.get(), &rows);
      for (const models::RetrievedRow& row : rows) {
        items.push_back(numbers_.at(std::string(op_.item_id(row.row))));
      }
    }
    std::unordered_set<std::uint32_t> out;
    for (const Taken& one : taken_[member]) out.insert(one.item);
    std::erase_if(items, [&](std::uint32_t item) {
      return !out.insert(item).second || !known_[item].MayBeServed(at);
    });
    return items;
  }

 private:
  void Know(const std::string& id,
            const std::unordered_map<std::string_view, const data::Item*>& catalogue) {
    numbers_.emplace(id, static_cast<std::uint32_t>(known_.size()));
    KnownItem& known = known_.emplace_back();
    known.row = op_.FindRow(id).value_or(models::HistoryEntry::kForeign);
    const auto found = catalogue.find(id);
    if (found == catalogue.end()) return;
    const data::Item& item = *found->second;
    known.item = &item;
    models::ContentFeatures features;
    features.title = item.title;
    features.summary = item.summary;
    features.topics.assign(item.topics.begin(), item.topics.end());
    features.publisher = item.publisher;
    known.profile = op_.ProfileOf(features);
    if (known.row == models::HistoryEntry::kForeign) {
      known.foreign = op_.RelateContent(features);
    }
  }

  const models::Operator& op_;
  models::RetrievalScratchPtr scratch_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // item id → number
  std::vector<KnownItem> known_;
  std::vector<std::vector<Taken>> taken_;  // by member
  models::RowSet rows_;
  models::FoldedHistory folded_;
  models::ProfileSum profile_;
  bool has_history_ = false;
};

// True when there is a click to learn from, and something it was preferred to.
bool MarkClicks(const ShownList& list, std::span<const std::uint32_t> items,
                ReplayedList* replayed) {
  bool clicked = false;
  bool passed = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t j = 0; j < list.items.size(); ++j) {
      if (list.clicked[j] && list.items[j] == items[i]) (*replayed)[i].clicked = true;
    }
    ((*replayed)[i].clicked ? clicked : passed) = true;
  }
  return clicked && passed;
}

void KeepLatest(std::vector<ReplayedList>* lists, std::size_t most) {
  if (lists->size() > most) {
    lists->erase(lists->begin(), lists->end() - static_cast<std::ptrdiff_t>(most));
  }
}

}  // namespace

models::ItemCountsByHalfLife ReplayedItem::Counts() const {
  models::ItemCountsByHalfLife all;
  for (std::size_t h = 0; h < models::kCounterCount; ++h) {
    all[h] = {counts[h][0], counts[h][1], counts[h][2]};
  }
  return all;
}

NewsReplay ReplayNews(const models::Operator& op, const data::Dataset& history,
                      std::span<const data::Item> catalogue, const MomentLog& log,
                      const std::vector<Moment>& moments, const std::vector<ShownList>& lists,
                      runtime::Time from, std::size_t most) {
  NewsReplay replay;
  if (moments.empty()) return replay;
  Replay state(op, history, catalogue, log);
  models::ItemCounters counters(moments.front().at);
  // More than these would be thrown away again.
  const std::size_t first = lists.size() > 4 * most ? lists.size() - 4 * most : 0;
  std::size_t next = 0;
  for (std::size_t begin = 0; begin < moments.size();) {
    const runtime::Time now = moments[begin].at;
    for (; next < lists.size() && lists[next].at <= now; ++next) {
      const ShownList& list = lists[next];
      if (list.at < from || next < first) continue;
      state.Fold(list.member, list.at);
      ReplayedList given = state.Look(counters, list.items, list.at);
      if (MarkClicks(list, list.items, &given)) replay.given.push_back(std::move(given));
      const std::vector<std::uint32_t> pool = state.Pool(counters, list.member, list.at);
      ReplayedList open = state.Look(counters, pool, list.at);
      if (MarkClicks(list, pool, &open)) replay.pool.push_back(std::move(open));
    }
    std::size_t end = begin;
    for (; end < moments.size() && moments[end].at == now; ++end) {
      const Moment& moment = moments[end];
      counters.Add(moment.item,
                   {moment.IsClick() ? 1.0 : 0.0, moment.IsClick() ? 0.0 : 1.0,
                    moment.placed && !moment.IsClick() ? 1.0 : 0.0},
                   now, now);
      if (moment.IsClick() && now >= from) state.Take(moment);
    }
    begin = end;
    KeepLatest(&replay.given, most);
    KeepLatest(&replay.pool, most);
  }
  return replay;
}

}  // namespace cofilter::training
