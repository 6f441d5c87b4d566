// From events to moments, from moments to lists.
#include "training/moment_log.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <tuple>
#include <unordered_map>

namespace cofilter::training {
namespace {

std::uint64_t Pair(std::uint32_t high, std::uint32_t low) {
  return (std::uint64_t{high} << 32) | low;
}

std::uint64_t ListHash(const data::Event& event) {
  const std::hash<std::string> hash;
  if (!event.recommendation_id.empty()) return hash(event.recommendation_id);
  return hash(event.session_id) * 0x9e3779b97f4a7c15u ^
         static_cast<std::uint64_t>(event.occurred_at.time_since_epoch().count());
}

}  // namespace

void MomentLog::Add(const data::Event& event) {
  if (event.item_id.empty()) return;
  const bool impression = event.verb == data::Verb::kImpression;
  const float weight =
      impression || event.verb == data::Verb::kProgress ? 0 : weights_.of(event.verb);
  if (!impression && !(weight > 0)) return;
  if (accept_item_ && !accept_item_(event.item_id)) return;
  if (moments_.size() == kMost) moments_.pop_front();
  moments_.push_back({event.occurred_at, ListHash(event), members_.Intern(event.member_id),
                      items_.Intern(event.item_id), weight, event.recommendation_id.empty()});
}

std::vector<Moment> MomentLog::Sorted() const {
  std::vector<Moment> sorted(moments_.begin(), moments_.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const Moment& a, const Moment& b) {
    return std::make_tuple(a.at, a.IsClick()) < std::make_tuple(b.at, b.IsClick());
  });
  return sorted;
}

std::vector<ShownList> ListsOf(const std::vector<Moment>& moments) {
  struct Place {
    std::size_t list = 0;
    std::size_t item = 0;
  };
  std::vector<ShownList> lists;
  const bool any_shown = std::any_of(moments.begin(), moments.end(),
                                     [](const Moment& moment) { return !moment.IsClick(); });
  // Of a member and a list's name: its number. Of a member and an item: where it was shown last.
  std::unordered_map<std::uint64_t, std::unordered_map<std::uint32_t, std::size_t>> numbers;
  std::unordered_map<std::uint64_t, Place> shown;
  for (const Moment& moment : moments) {
    if (!moment.IsClick()) {
      const auto [number, added] = numbers[moment.list].emplace(moment.member, lists.size());
      if (added) lists.push_back({moment.at, moment.member, {}, {}});
      ShownList& list = lists[number->second];
      shown[Pair(moment.member, moment.item)] = {number->second, list.items.size()};
      list.items.push_back(moment.item);
      list.clicked.push_back(false);
    } else if (!any_shown) {
      lists.push_back({moment.at, moment.member, {moment.item}, {true}});
    } else if (const auto place = shown.find(Pair(moment.member, moment.item));
               place != shown.end()) {
      ShownList& list = lists[place->second.list];
      if (moment.at - list.at <= std::chrono::hours(24)) list.clicked[place->second.item] = true;
    }
  }
  return lists;
}

}  // namespace cofilter::training
