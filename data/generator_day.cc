// Plays the visits of a day in the order of time.
#include "data/generator_day.h"

#include <algorithm>
#include <tuple>

namespace cofilter::data::generator {
namespace {

constexpr std::int64_t kDay = 86'400;
// Visits per hour of the day, UTC; the organisation lives at UTC+8, so the first one begins at
// eight.
constexpr std::array<std::uint8_t, 16> kHours = {9, 8, 5, 4, 7, 6, 4, 4, 4, 5, 4, 5, 6, 7, 5, 3};
constexpr int kTries = 8;

// News lose two thirds of their readers from day to day; what stays, stays the same.
double Freshness(const PlannedItem& item, std::int64_t day_start) {
  if (item.learning || item.expires_second >= (std::int64_t{1} << 40)) return 1;
  double fresh = 3;
  for (std::int64_t at = item.published_second; at < day_start && fresh > 0.05; at += kDay)
    fresh *= 0.35;
  return fresh;
}

struct Visit {
  std::int64_t second;
  std::uint32_t member;
  std::uint32_t events;
  bool learning;
};

std::vector<Visit> PlanVisits(const WeightedPicker& activity, std::uint32_t day,
                              std::uint64_t budget, double learning_share, Random& random) {
  WeightedPicker hours;
  for (const std::uint8_t weight : kHours) hours.Add(weight);
  std::vector<Visit> visits;
  while (budget > 0) {
    Visit visit;
    visit.member = static_cast<std::uint32_t>(activity.Pick(random));
    const auto hour = static_cast<std::int64_t>(hours.Pick(random));
    visit.second = day * kDay + hour * 3'600 + random.Below(3'600);
    visit.events = 5 + random.Below(8);
    visit.events += random.Below(8);
    visit.events = static_cast<std::uint32_t>(std::min<std::uint64_t>(visit.events, budget));
    visit.learning = random.Chance(learning_share);
    budget -= visit.events;
    visits.push_back(visit);
  }
  std::sort(visits.begin(), visits.end(), [](const Visit& a, const Visit& b) {
    return std::tie(a.second, a.member, a.events, a.learning) <
           std::tie(b.second, b.member, b.events, b.learning);
  });
  return visits;
}

class DayPlayer {
 public:
  DayPlayer(const Plan& plan, std::uint32_t day, std::vector<MemberHistory>& histories,
            std::vector<Happening>& out, Random& random)
      : plan_(plan),
        news_(plan, day, /*learning=*/false),
        learning_(plan, day, /*learning=*/true),
        histories_(histories),
        out_(out),
        random_(random) {}

  void Play(const Visit& visit) {
    member_ = visit.member;
    history_ = &histories_[member_];
    left_ = visit.events;
    shown_.clear();
    base_ = {};
    base_.second = visit.second;
    base_.member = member_;
    base_.visit = visits_++;
    base_.learning = visit.learning;
    Emit(Verb::kVisit, PlannedItem::kNone);
    if (visit.learning) GoOnWithCourse();
    std::uint8_t position = 0;
    while (left_ > 0) {
      const std::optional<std::uint32_t> item = Choose(visit.learning ? learning_ : news_);
      if (!item.has_value()) return;
      base_.position = ++position;
      Emit(Verb::kImpression, *item);
      if (left_ > 0) Consider(*item, visit.learning);
      base_.position = 0;
    }
  }

 private:
  // Appends an event and lets some seconds pass. Returns its number.
  std::uint32_t Emit(Verb verb, std::uint32_t item, float value = 0) {
    Happening& happening = out_.emplace_back(base_);
    happening.verb = verb;
    happening.item = item;
    happening.value = value;
    happening.number = static_cast<std::uint32_t>(out_.size() - 1);
    base_.second += 1 + random_.Below(20);
    --left_;
    return happening.number;
  }

  bool IsDone(std::uint32_t item) const {
    return std::find(history_->done.begin(), history_->done.end(), item) != history_->done.end();
  }

  bool IsShown(std::uint32_t item) const {
    return std::find(shown_.begin(), shown_.end(), item) != shown_.end();
  }

  bool IsOpenTo(std::uint32_t item) const {
    const PlannedItem& planned = plan_.planned_items[item];
    if (planned.published_second > base_.second || planned.expires_second <= base_.second)
      return false;
    const std::vector<std::string>& audience = plan_.items[item].org_units;
    const std::string& unit = plan_.members[member_].org_unit;
    return audience.empty() ||
           std::any_of(audience.begin(), audience.end(),
                       [&](const std::string& path) { return OrgUnitWithin(unit, path); });
  }

  // An item that the member may see, has not done and was not shown in this visit; by interest
  // mostly, else what everybody reads. When nothing new turns up, something old is shown again.
  std::optional<std::uint32_t> Choose(const Offer& offer) {
    if (offer.empty()) return std::nullopt;
    std::optional<std::uint32_t> seen;
    for (int i = 0; i < 2 * kTries; ++i) {
      std::optional<std::uint32_t> item;
      if (i < kTries && random_.Chance(0.8)) item = offer.PickOf(DrawInterest(), random_);
      if (!item.has_value()) item = offer.PickAny(random_);
      item = OpenPrerequisite(*item);
      if (!IsOpenTo(*item)) continue;
      if (!IsDone(*item) && !IsShown(*item)) {
        shown_.push_back(*item);
        return item;
      }
      seen = item;
    }
    return seen;
  }

  std::uint8_t DrawInterest() {
    double at = random_.Uniform();
    const Interests& interests = InterestsIn(plan_.planned_members[member_], base_.learning);
    for (const Interest& interest : interests) {
      if (interest.subject == kNoSubject) continue;
      at -= interest.weight;
      if (at < 0) return interest.subject;
    }
    return interests[0].subject;
  }

  // The first course of the chain that is not completed.
  std::uint32_t OpenPrerequisite(std::uint32_t item) const {
    while (true) {
      std::uint32_t missing = PlannedItem::kNone;
      for (const std::uint32_t before : plan_.planned_items[item].prerequisites) {
        if (missing == PlannedItem::kNone && before != PlannedItem::kNone && !IsDone(before))
          missing = before;
      }
      if (missing == PlannedItem::kNone) return item;
      item = missing;
    }
  }

  // What the member does with an item that is shown. left_ ≥ 1.
  void Consider(std::uint32_t item, bool learning) {
    const double affinity = AffinityOf(plan_.planned_members[member_], plan_.planned_items[item]);
    if (!random_.Chance(0.05 + 0.8 * affinity)) {
      if (affinity < 0.1 && random_.Chance(0.01)) Emit(Verb::kDismiss, item);
      return;
    }
    Emit(Verb::kOpen, item);
    if (left_ == 0 || IsDone(item)) return;
    if (learning) {
      Learn(item);
    } else if (random_.Chance(0.75)) {
      Emit(Verb::kRead, item, static_cast<float>(15 + random_.Below(240)));
      history_->done.push_back(item);
      React(item, affinity);
    }
  }

  void React(std::uint32_t item, double affinity) {
    if (left_ > 0 && random_.Chance(0.2 * affinity)) {
      const std::uint32_t like = Emit(Verb::kLike, item);
      if (left_ > 0 && random_.Chance(0.02)) {
        base_.retracts = like;
        Emit(Verb::kRetract, item);
        base_.retracts = 0;
      }
    }
    if (left_ > 0 && random_.Chance(0.08 * affinity)) Emit(Verb::kShare, item);
    if (left_ > 0 && random_.Chance(0.08 * affinity)) Emit(Verb::kSave, item);
    if (left_ > 0 && random_.Chance(0.05 * affinity)) Emit(Verb::kComment, item);
  }

  // left_ ≥ 1, and the item is not done.
  void Learn(std::uint32_t item) {
    switch (plan_.items[item].kind) {
      case ItemKind::kCourse:
        if (history_->course != PlannedItem::kNone && random_.Chance(0.7)) return;
        history_->course = item;
        history_->quarters = 0;
        GoOnWithCourse();
        return;
      case ItemKind::kActivity:
        Emit(Verb::kSubscribe, item);
        history_->done.push_back(item);
        return;
      default:
        if (random_.Chance(0.7)) {
          Emit(Verb::kComplete, item);
          history_->done.push_back(item);
        }
        return;
    }
  }

  void GoOnWithCourse() {
    const std::uint32_t course = history_->course;
    if (course == PlannedItem::kNone) return;
    while (left_ > 0 && history_->quarters < 4 && random_.Chance(0.8)) {
      ++history_->quarters;
      Emit(Verb::kProgress, course, 0.25f * history_->quarters);
    }
    if (left_ == 0 || history_->quarters < 4) return;
    Emit(Verb::kComplete, course);
    history_->done.push_back(course);
    history_->course = PlannedItem::kNone;
    history_->quarters = 0;
    if (left_ > 0 && random_.Chance(0.6)) {
      const bool pass = random_.Chance(0.85);
      const auto points = static_cast<float>(random_.Below(9));
      Emit(pass ? Verb::kPass : Verb::kFail, course, (pass ? 0.6f : 0.1f) + 0.05f * points);
    }
  }

  const Plan& plan_;
  const Offer news_;
  const Offer learning_;
  std::vector<MemberHistory>& histories_;
  std::vector<Happening>& out_;
  Random& random_;
  std::uint32_t member_ = 0;
  MemberHistory* history_ = nullptr;
  std::vector<std::uint32_t> shown_;  // in this visit
  std::uint32_t left_ = 0;
  std::uint32_t visits_ = 0;
  Happening base_;
};

}  // namespace

Offer::Offer(const Plan& plan, std::uint32_t day, bool learning) {
  const std::int64_t start = day * kDay;
  for (std::uint32_t i = 0; i < plan.planned_items.size(); ++i) {
    const PlannedItem& item = plan.planned_items[i];
    // The items stand by time of publication.
    if (item.published_second >= start + kDay) break;
    if (item.learning != learning || item.expires_second <= start) continue;
    Shelf& shelf = shelves_[item.subject];
    shelf.items.push_back(i);
    shelf.picker.Add(item.popularity * Freshness(item, start));
  }
  for (const Shelf& shelf : shelves_) subjects_.Add(shelf.picker.total());
}

std::optional<std::uint32_t> Offer::PickOf(std::uint8_t subject, Random& random) const {
  const Shelf& shelf = shelves_[subject];
  if (shelf.items.empty()) return std::nullopt;
  return shelf.items[shelf.picker.Pick(random)];
}

std::uint32_t Offer::PickAny(Random& random) const {
  const Shelf& shelf = shelves_[subjects_.Pick(random)];
  return shelf.items[shelf.picker.Pick(random)];
}

std::vector<Happening> PlayDay(const Plan& plan, const WeightedPicker& activity, std::uint32_t day,
                               std::uint64_t budget, std::vector<MemberHistory>& histories) {
  Random random = StreamOf(plan.settings, Stream::kDays, day);
  const std::vector<Visit> visits =
      PlanVisits(activity, day, budget, plan.settings.learning_share, random);
  std::vector<Happening> happenings;
  happenings.reserve(budget);
  DayPlayer player(plan, day, histories, happenings, random);
  for (const Visit& visit : visits) player.Play(visit);
  std::sort(happenings.begin(), happenings.end(), [](const Happening& a, const Happening& b) {
    return std::tie(a.second, a.number) < std::tie(b.second, b.number);
  });
  return happenings;
}

}  // namespace cofilter::data::generator
