// The generated organisation: plans it, plays its days, and puts happenings into words.
#include "data/generator.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/field_checks.h"
#include "data/generator_day.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

using generator::Happening;
using generator::PlannedItem;

constexpr std::int64_t kDay = 86'400;

absl::Status CheckRange(std::string_view name, std::uint64_t value, std::uint64_t low,
                        std::uint64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return FieldError(name, absl::StrCat(value), absl::StrCat(low, " to ", high));
}

// Twice as much goes on from Monday to Friday as on Saturday and Sunday.
std::uint64_t ShareOfDay(runtime::Time start) {
  const std::chrono::weekday day(std::chrono::floor<std::chrono::days>(start));
  return day == std::chrono::Saturday || day == std::chrono::Sunday ? 1 : 2;
}

}  // namespace

absl::Status OrganisationSettings::Validate() const {
  COFILTER_RETURN_IF_ERROR(CheckRange("members", members, 10, 10'000'000));
  COFILTER_RETURN_IF_ERROR(CheckRange("items", items, 50, 10'000'000));
  COFILTER_RETURN_IF_ERROR(CheckRange("days", days, 1, 3'650));
  COFILTER_RETURN_IF_ERROR(CheckRange("events", events, 0, 10'000'000'000u));
  if (!(english_share >= 0 && english_share <= 1)) {
    return FieldError("english_share", absl::StrCat(english_share), "0 to 1");
  }
  if (!(learning_share >= 0 && learning_share <= 1)) {
    return FieldError("learning_share", absl::StrCat(learning_share), "0 to 1");
  }
  if (!(cross_interest >= 0 && cross_interest <= 1)) {
    return FieldError("cross_interest", absl::StrCat(cross_interest), "0 to 1");
  }
  if (start.time_since_epoch().count() % (kDay * 1'000'000) != 0 || start <= runtime::Time{}) {
    return FieldError("start", runtime::FormatTime(start),
                      "midnight UTC of a day after 1970-01-01");
  }
  return absl::OkStatus();
}

struct Organisation::State {
  generator::Plan plan;
  WeightedPicker activity;
  std::vector<generator::MemberHistory> histories;
  std::vector<std::uint64_t> budgets;          // [days]
  std::vector<std::size_t> first_item_of_day;  // [days + 1]
  std::uint32_t next_day = 0;

  void PlanBudgets();
  void FindDays();
  void Describe(std::uint32_t day, const Happening& happening, Event& event) const;
};

void Organisation::State::PlanBudgets() {
  const OrganisationSettings& settings = plan.settings;
  std::vector<std::uint64_t> shares(settings.days);
  std::uint64_t total = 0;
  for (std::uint32_t day = 0; day < settings.days; ++day) {
    total += shares[day] = ShareOfDay(settings.start + std::chrono::days(day));
  }
  // By running totals, so that the days add up to exactly what was asked for.
  std::uint64_t before = 0;
  std::uint64_t shared = 0;
  for (const std::uint64_t share : shares) {
    shared += share;
    const std::uint64_t until =
        settings.events / total * shared + settings.events % total * shared / total;
    budgets.push_back(until - before);
    before = until;
  }
}

void Organisation::State::FindDays() {
  const std::vector<PlannedItem>& items = plan.planned_items;
  for (std::uint32_t day = 0; day <= plan.settings.days; ++day) {
    const auto found =
        std::partition_point(items.begin(), items.end(), [day](const PlannedItem& item) {
          return item.published_second < std::int64_t{day} * kDay;
        });
    first_item_of_day.push_back(static_cast<std::size_t>(found - items.begin()));
  }
}

void Organisation::State::Describe(std::uint32_t day, const Happening& happening,
                                   Event& event) const {
  static constexpr std::string_view kPlatforms[] = {"android", "ios", "web"};
  event = Event{};
  event.event_id = absl::StrFormat("e%04d-%07d", day, happening.number);
  event.member_id = plan.members[happening.member].member_id;
  if (happening.item != PlannedItem::kNone) event.item_id = plan.items[happening.item].item_id;
  event.verb = happening.verb;
  event.occurred_at = plan.settings.start + std::chrono::seconds(happening.second);
  // Phones send in batches: most events arrive at once, some after minutes.
  const std::uint32_t delay = happening.number % 16 == 0 ? 60 + happening.number % 240 : 1;
  event.received_at = event.occurred_at + std::chrono::seconds(delay);
  switch (happening.verb) {
    case Verb::kRead:
      event.duration_seconds = happening.value;
      break;
    case Verb::kProgress:
      event.progress = happening.value;
      break;
    case Verb::kPass:
    case Verb::kFail:
      event.score = happening.value;
      event.success = happening.verb == Verb::kPass;
      break;
    case Verb::kRetract:
      event.retracts_event_id = absl::StrFormat("e%04d-%07d", day, happening.retracts);
      break;
    default:
      break;
  }
  if (happening.position > 0) event.position = happening.position;
  event.surface = happening.learning ? "learning" : "news";
  event.source_system = "app";
  event.platform = kPlatforms[(happening.member + happening.visit) % 3];
  event.session_id = absl::StrFormat("s%04d-%06d", day, happening.visit);
}

Organisation::Organisation(std::unique_ptr<State> state) : state_(std::move(state)) {}
Organisation::~Organisation() = default;

absl::StatusOr<std::unique_ptr<Organisation>> Organisation::Create(
    const OrganisationSettings& settings) {
  COFILTER_RETURN_IF_ERROR(settings.Validate());
  auto state = std::make_unique<State>();
  generator::Plan& plan = state->plan;
  plan.settings = settings;
  const WeightedPicker subjects = generator::PlanSubjects(settings);
  generator::PlanMembers(settings, subjects, plan.members, plan.planned_members);
  generator::PlanItems(settings, subjects, plan.items, plan.planned_items);
  for (const generator::PlannedMember& member : plan.planned_members)
    state->activity.Add(member.activity);
  state->histories.resize(settings.members);
  state->PlanBudgets();
  state->FindDays();
  return std::unique_ptr<Organisation>(new Organisation(std::move(state)));
}

const OrganisationSettings& Organisation::settings() const { return state_->plan.settings; }
std::span<const Member> Organisation::Members() const { return state_->plan.members; }
std::span<const Item> Organisation::Items() const { return state_->plan.items; }

std::span<const Item> Organisation::InitialItems() const {
  return Items().first(state_->first_item_of_day[0]);
}

std::span<const Item> Organisation::ItemsPublishedOn(std::uint32_t day) const {
  if (day >= settings().days) return {};
  const std::size_t begin = state_->first_item_of_day[day];
  return Items().subspan(begin, state_->first_item_of_day[day + 1] - begin);
}

runtime::Time Organisation::StartOf(std::uint32_t day) const {
  return settings().start + std::chrono::days(day);
}

absl::Status Organisation::ForEachEventOfDay(
    std::uint32_t day, const std::function<absl::Status(const Event&)>& each) {
  if (day != state_->next_day || day >= settings().days) {
    return absl::FailedPreconditionError(absl::StrCat("day ", day, " was asked for; the next is ",
                                                      state_->next_day, " of ", settings().days));
  }
  ++state_->next_day;
  const std::vector<Happening> happenings = generator::PlayDay(
      state_->plan, state_->activity, day, state_->budgets[day], state_->histories);
  Event event;
  for (const Happening& happening : happenings) {
    state_->Describe(day, happening, event);
    COFILTER_RETURN_IF_ERROR(each(event));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Event>> Organisation::EventsOfDay(std::uint32_t day) {
  std::vector<Event> events;
  COFILTER_RETURN_IF_ERROR(ForEachEventOfDay(day, [&events](const Event& event) {
    events.push_back(event);
    return absl::OkStatus();
  }));
  return events;
}

double Organisation::Affinity(std::uint32_t member, std::uint32_t item) const {
  return generator::AffinityOf(state_->plan.planned_members[member],
                               state_->plan.planned_items[item]);
}

}  // namespace cofilter::data
