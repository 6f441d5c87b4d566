// The named fields of events, items and members: one table each, which JSON and CSV both follow.
#ifndef COFILTER_DATA_RECORD_FIELDS_H_
#define COFILTER_DATA_RECORD_FIELDS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/event.h"
#include "data/item.h"
#include "data/member.h"

namespace cofilter::data {

enum class FieldType { kText, kNumber, kBool, kTextList };

template <typename Record>
struct Field {
  std::string_view name;
  FieldType type = FieldType::kText;
  // Sets the field from text that is not empty; of a list, appends one entry. `name` is for the
  // message.
  absl::Status (*set)(Record& record, std::string_view name, std::string_view text) = nullptr;
  // Appends the value as text; nothing when the field is unset or has its default. nullptr for a
  // list.
  void (*append)(const Record& record, std::string& out) = nullptr;
  // The entries of a list. nullptr for others.
  const std::vector<std::string>& (*list)(const Record& record) = nullptr;
};

// In the order in which they are written.
template <typename Record>
std::span<const Field<Record>> FieldsOf();
template <>
std::span<const Field<Event>> FieldsOf<Event>();
template <>
std::span<const Field<Item>> FieldsOf<Item>();
template <>
std::span<const Field<Member>> FieldsOf<Member>();

// Fills in what a record may leave out (an event's id) and validates it.
absl::Status CompleteRecord(Event& event);
absl::Status CompleteRecord(Item& item);
absl::Status CompleteRecord(Member& member);

// Back to the defaults; strings keep their memory, so that reading a log does not allocate per
// line.
void ClearRecord(Event& event);
void ClearRecord(Item& item);
void ClearRecord(Member& member);

// The first 32 hexadecimal digits of SHA-256 over "member\titem\tverb\toccurred_at", occurred_at as
// FormatTime writes it, verb the name (of an other verb, its own), and for a retraction without an
// item the id of the event that it takes back.
std::string DeriveEventId(const Event& event);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_RECORD_FIELDS_H_
