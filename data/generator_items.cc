// Plants the catalogue: when each item comes and goes, what it is about, what must be learnt before
// it.
#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/generator_plan.h"

namespace cofilter::data::generator {
namespace {

constexpr std::int64_t kDay = 86'400;
// So that the first day has news to read.
constexpr std::uint32_t kDaysOfNewsBefore = 10;
constexpr std::int64_t kNever = std::int64_t{1} << 40;

struct KindShare {
  ItemKind kind;
  double weight;
  std::string_view letter;
};
constexpr std::array<KindShare, 6> kKinds = {{{ItemKind::kNews, 62, "n"},
                                              {ItemKind::kArticle, 8, "a"},
                                              {ItemKind::kCourse, 18, "c"},
                                              {ItemKind::kMaterial, 4, "d"},
                                              {ItemKind::kVideo, 6, "v"},
                                              {ItemKind::kActivity, 2, "x"}}};

// Half past seven to half past six, UTC+8: people write in office hours.
std::int64_t OfficeSecond(Random& random) {
  return static_cast<std::int64_t>(random.Below(11 * 3'600)) - 1'800;
}

runtime::Time At(const OrganisationSettings& settings, std::int64_t second) {
  return settings.start + std::chrono::seconds(second);
}

void PlanTimes(const OrganisationSettings& settings, ItemKind kind, Random& random,
               PlannedItem& planned) {
  planned.expires_second = kNever;
  const auto day_of_run = static_cast<std::int64_t>(random.Below(settings.days));
  switch (kind) {
    case ItemKind::kNews: {
      const auto day = static_cast<std::int64_t>(random.Below(settings.days + kDaysOfNewsBefore)) -
                       kDaysOfNewsBefore;
      planned.published_second = day * kDay + OfficeSecond(random);
      planned.expires_second = planned.published_second + (5 + random.Below(10)) * kDay;
      break;
    }
    case ItemKind::kActivity:
      planned.published_second = day_of_run * kDay + OfficeSecond(random);
      planned.expires_second = planned.published_second + (3 + random.Below(12)) * kDay;
      break;
    default: {
      const bool before = random.Chance(0.8);
      const std::int64_t day =
          before ? -1 - static_cast<std::int64_t>(random.Below(400)) : day_of_run;
      planned.published_second = day * kDay + OfficeSecond(random);
      break;
    }
  }
}

std::string_view PublisherOf(std::size_t topic, Random& random) {
  if (random.Chance(0.3)) return "newsroom";
  // The first department that reads about the topic writes about it.
  for (const Department& department : kDepartmentTable) {
    if (std::find(department.topics.begin(), department.topics.end(), topic) !=
        department.topics.end()) {
      return department.name;
    }
  }
  return "newsroom";
}

// Earlier courses of the topic lead to later ones, so that there can be no cycle.
void PlanPrerequisites(const std::vector<std::uint32_t>& earlier, const std::vector<Item>& items,
                       Random& random, Item& item, PlannedItem& planned) {
  planned.prerequisites = {PlannedItem::kNone, PlannedItem::kNone};
  if (item.kind != ItemKind::kCourse || earlier.empty() || !random.Chance(0.35)) return;
  const std::uint32_t wanted = random.Chance(0.2) ? 2 : 1;
  for (std::uint32_t i = 0; i < wanted; ++i) {
    const std::uint32_t before = earlier[random.Below(static_cast<std::uint32_t>(earlier.size()))];
    if (before == planned.prerequisites[0]) continue;
    planned.prerequisites[i] = before;
    item.prerequisites.push_back(items[before].item_id);
  }
}

void Describe(const OrganisationSettings& settings, Random& random, const PlannedItem& planned,
              Item& item) {
  const std::size_t topic = planned.subject / kSubjectsPerTopic;
  const bool english = random.Chance(settings.english_share);
  ItemText text = WriteItemText(item.kind, planned.subject, english, random);
  item.title = std::move(text.title);
  item.summary = std::move(text.summary);
  item.language = english ? "en" : "zh-CN";
  item.topics.push_back(std::string(kTopicTable[topic].label));
  if (planned.second != kNoSubject && planned.second / kSubjectsPerTopic != topic) {
    item.topics.push_back(std::string(kTopicTable[planned.second / kSubjectsPerTopic].label));
  }
  item.publisher = PublisherOf(topic, random);
  item.source_system = "cms";
  item.published_at = At(settings, planned.published_second);
  if (planned.expires_second != kNever) item.expires_at = At(settings, planned.expires_second);
  switch (item.kind) {
    case ItemKind::kCourse:
      item.credits = 0.5 * (1 + random.Below(6));
      item.duration_seconds = static_cast<float>(1'800 * (1 + random.Below(8)));
      item.online = true;
      break;
    case ItemKind::kVideo:
    case ItemKind::kMaterial:
      item.credits = random.Chance(0.3) ? 0.5 : 0;
      item.duration_seconds = static_cast<float>(300 * (1 + random.Below(6)));
      item.online = true;
      break;
    case ItemKind::kActivity:
      item.starts_at = *item.expires_at - std::chrono::hours(2);
      item.ends_at = item.expires_at;
      item.online = random.Chance(0.3);
      if (!item.online)
        item.place = absl::StrCat(english ? "Room " : "会议室", 101 + random.Below(40));
      item.credits = 0.5;
      break;
    default:
      item.duration_seconds = static_cast<float>(60 * (1 + random.Below(6)));
      if (random.Chance(0.04)) {
        const Department& audience = kDepartmentTable[random.Below(kDepartments)];
        item.org_units.push_back(absl::StrCat("/headquarters/", std::string(audience.name)));
      }
      break;
  }
}

}  // namespace

void PlanItems(const OrganisationSettings& settings, const WeightedPicker& subjects,
               std::vector<Item>& items, std::vector<PlannedItem>& planned) {
  Random random = StreamOf(settings, Stream::kItems);
  WeightedPicker kinds;
  for (const KindShare& share : kKinds) kinds.Add(share.weight);

  struct Draft {
    std::size_t kind;
    PlannedItem planned;
  };
  std::vector<Draft> drafts(settings.items);
  const std::uint32_t ranks = std::max<std::uint32_t>(1, settings.items / kSubjects);
  for (Draft& draft : drafts) {
    draft.kind = kinds.Pick(random);
    draft.planned.learning =
        kKinds[draft.kind].kind != ItemKind::kNews && kKinds[draft.kind].kind != ItemKind::kArticle;
    draft.planned.subject = static_cast<std::uint8_t>(subjects.Pick(random));
    if (random.Chance(0.3)) {
      const std::size_t topic = draft.planned.subject / kSubjectsPerTopic;
      const std::size_t second = random.Chance(0.7)
                                     ? topic * kSubjectsPerTopic + random.Below(kSubjectsPerTopic)
                                     : random.Below(kSubjects);
      if (second != draft.planned.subject) draft.planned.second = static_cast<std::uint8_t>(second);
    }
    // Zipf's law by a drawn rank: few are read by many.
    draft.planned.popularity = static_cast<float>(1.0 / (1.0 + random.Below(ranks + 20)));
    PlanTimes(settings, kKinds[draft.kind].kind, random, draft.planned);
  }
  std::stable_sort(drafts.begin(), drafts.end(), [](const Draft& a, const Draft& b) {
    return a.planned.published_second < b.planned.published_second;
  });

  items.resize(settings.items);
  planned.resize(settings.items);
  std::array<std::vector<std::uint32_t>, kTopics> courses;
  for (std::uint32_t i = 0; i < settings.items; ++i) {
    Item& item = items[i];
    planned[i] = drafts[i].planned;
    const KindShare& share = kKinds[drafts[i].kind];
    item.item_id = absl::StrFormat("%s%06d", std::string(share.letter), i + 1);
    item.kind = share.kind;
    std::vector<std::uint32_t>& earlier = courses[planned[i].subject / kSubjectsPerTopic];
    PlanPrerequisites(earlier, items, random, item, planned[i]);
    Describe(settings, random, planned[i], item);
    if (item.kind == ItemKind::kCourse) earlier.push_back(i);
  }
}

}  // namespace cofilter::data::generator
