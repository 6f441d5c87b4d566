// Formats of other systems that a store can be written in.
#ifndef COFILTER_DATA_EXPORT_FOREIGN_FORMAT_H_
#define COFILTER_DATA_EXPORT_FOREIGN_FORMAT_H_

#include <string>
#include <string_view>

#include "data/event.h"
#include "data/item.h"
#include "data/member.h"

namespace cofilter::data {

// A line each, without its end. Empty headers: the file has none.
struct ForeignFormat {
  std::string_view name;  // on the command line
  std::string_view events_file, items_file, members_file;
  std::string_view events_header, items_header, members_header;
  // REQUIRES: the event names an item and is no retraction.
  void (*append_event)(const Event& event, std::string& out) = nullptr;
  void (*append_item)(const Item& item, std::string& out) = nullptr;
  void (*append_member)(const Member& member, std::string& out) = nullptr;
};

// nullptr: none of that name.
const ForeignFormat* FindForeignFormat(std::string_view name);

// Each in a file of its own.
extern const ForeignFormat kPersonalizeLines;
extern const ForeignFormat kGorseLines;

// A verb's name in a log of another system: of an other verb, its own.
inline std::string_view ForeignVerbName(const Event& event) {
  return event.verb == Verb::kOther ? std::string_view(event.other_verb) : VerbName(event.verb);
}

}  // namespace cofilter::data

#endif  // COFILTER_DATA_EXPORT_FOREIGN_FORMAT_H_
