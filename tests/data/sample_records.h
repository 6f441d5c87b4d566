// Records for tests: one with every field set, and random ones.
#ifndef COFILTER_TESTS_DATA_SAMPLE_RECORDS_H_
#define COFILTER_TESTS_DATA_SAMPLE_RECORDS_H_

#include <string>
#include <vector>

#include "data/event.h"
#include "data/item.h"
#include "data/member.h"
#include "data/random.h"

namespace cofilter::data {

inline runtime::Time At(std::int64_t micros) { return runtime::Time(runtime::Duration(micros)); }

inline std::string RandomText(Random& random) {
  static const std::vector<std::string> kParts = {"a",  "Z", "9",  " ", ",", "\"", "\\",
                                                  "成", "é", "🙂", "'", "/", ";"};
  std::string text = "x";
  const std::uint32_t parts = random.Below(12);
  for (std::uint32_t i = 0; i < parts; ++i) {
    text += kParts[random.Below(static_cast<std::uint32_t>(kParts.size()))];
  }
  return text;
}

inline std::string MaybeText(Random& random) {
  return random.Chance(0.5) ? RandomText(random) : std::string();
}

inline std::vector<std::string> RandomTexts(Random& random) {
  std::vector<std::string> texts(random.Below(4));
  for (std::string& text : texts) text = RandomText(random);
  return texts;
}

inline runtime::Time RandomTime(Random& random) {
  // Within 1970 to 2100; whole seconds half of the time.
  const auto seconds = static_cast<std::int64_t>(1 + random.Below(4'102'444'800u));
  return At(seconds * 1'000'000 + (random.Chance(0.5) ? random.Below(1'000'000) : 0));
}

inline Event RandomEvent(Random& random) {
  Event event;
  event.event_id = RandomText(random);
  event.member_id = RandomText(random);
  event.verb = static_cast<Verb>(1 + random.Below(kVerbCount - 1));
  if (event.verb != Verb::kVisit && event.verb != Verb::kRetract)
    event.item_id = RandomText(random);
  if (event.verb == Verb::kOther) event.other_verb = RandomText(random);
  if (event.verb == Verb::kRetract) event.retracts_event_id = RandomText(random);
  event.occurred_at = RandomTime(random);
  if (random.Chance(0.5)) event.received_at = RandomTime(random);
  if (random.Chance(0.5)) event.duration_seconds = static_cast<float>(random.Uniform() * 1e5);
  if (random.Chance(0.5)) event.progress = static_cast<float>(random.Uniform());
  if (random.Chance(0.5)) event.score = static_cast<float>(random.Uniform() * 2 - 1);
  if (random.Chance(0.5)) event.success = random.Chance(0.5);
  if (random.Chance(0.5)) event.position = static_cast<std::int32_t>(1 + random.Below(100));
  event.surface = MaybeText(random);
  event.recommendation_id = MaybeText(random);
  event.source_system = MaybeText(random);
  event.client_id = MaybeText(random);
  event.platform = MaybeText(random);
  event.session_id = MaybeText(random);
  return event;
}

inline Item RandomItem(Random& random) {
  Item item;
  item.item_id = "i" + RandomText(random);
  item.kind = static_cast<ItemKind>(1 + random.Below(6));
  item.title = MaybeText(random);
  item.summary = MaybeText(random);
  item.topics = RandomTexts(random);
  if (random.Chance(0.5)) item.language = "zh-CN";
  item.publisher = MaybeText(random);
  item.repost_of = MaybeText(random);
  if (random.Chance(0.5)) item.published_at = RandomTime(random);
  if (random.Chance(0.5))
    item.expires_at = item.published_at.value_or(At(0)) + runtime::Duration(random.Below(1'000));
  if (random.Chance(0.5)) item.starts_at = RandomTime(random);
  item.place = MaybeText(random);
  item.online = random.Chance(0.5);
  item.prerequisites = RandomTexts(random);
  item.credits = random.Uniform() * 10;
  if (random.Chance(0.5)) item.duration_seconds = static_cast<float>(random.Below(10'000));
  if (random.Chance(0.5)) item.org_units = {"/hq", "/hq/研发"};
  item.source_system = MaybeText(random);
  if (random.Chance(0.3)) item.state = ItemState::kRetired;
  return item;
}

inline Member RandomMember(Random& random) {
  Member member;
  member.member_id = RandomText(random);
  if (random.Chance(0.5)) member.org_unit = "/hq/team, \"one\"";
  member.cohorts = RandomTexts(random);
  if (random.Chance(0.5)) member.required = {random.Uniform() * 10 + 0.1, RandomTime(random)};
  return member;
}

}  // namespace cofilter::data

#endif  // COFILTER_TESTS_DATA_SAMPLE_RECORDS_H_
