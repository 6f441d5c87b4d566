// The words of the generated organisation: topics and their subjects, in Chinese and English.
#ifndef COFILTER_DATA_GENERATOR_WORDS_H_
#define COFILTER_DATA_GENERATOR_WORDS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "data/item.h"
#include "data/random.h"

namespace cofilter::data::generator {

struct Words {
  std::string_view chinese;
  std::string_view english;
};

inline constexpr std::size_t kTopics = 16;
inline constexpr std::size_t kSubjectsPerTopic = 6;
// A subject is what an item is about and what a member likes; its topic is subject /
// kSubjectsPerTopic.
inline constexpr std::size_t kSubjects = kTopics * kSubjectsPerTopic;

struct Topic {
  std::string_view label;  // as in Item::topics
  Words name;
  std::array<Words, kSubjectsPerTopic> subjects;
};
extern const std::array<Topic, kTopics> kTopicTable;

struct Department {
  std::string_view name;               // part of an org unit's path
  std::array<std::uint8_t, 4> topics;  // that its people read about
};
inline constexpr std::size_t kDepartments = 10;
extern const std::array<Department, kDepartments> kDepartmentTable;

// A title and a summary that name the subject and its topic.
struct ItemText {
  std::string title;
  std::string summary;
};
ItemText WriteItemText(ItemKind kind, std::size_t subject, bool english, Random& random);

}  // namespace cofilter::data::generator

#endif  // COFILTER_DATA_GENERATOR_WORDS_H_
