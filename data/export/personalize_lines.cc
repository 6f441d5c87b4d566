// Amazon Personalize CSV: times are whole seconds, lists stand in one field with | between them.
#include <chrono>
#include <string>
#include <vector>

#include "data/csv_line.h"
#include "data/export/foreign_format.h"
#include "data/field_text.h"

namespace cofilter::data {
namespace {

void AppendSeconds(runtime::Time time, std::string& out) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  AppendNumber(out, std::int64_t{seconds});
}

// An entry that holds the separator would come back as two.
void AppendList(const std::vector<std::string>& entries, std::string& out) {
  std::string list;
  for (const std::string& entry : entries) {
    if (entry.find('|') != std::string::npos) continue;
    if (!list.empty()) list += '|';
    list += entry;
  }
  AppendCsvField(list, out);
}

void AppendEvent(const Event& event, std::string& out) {
  AppendCsvField(event.member_id, out);
  out += ',';
  AppendCsvField(event.item_id, out);
  out += ',';
  AppendSeconds(event.occurred_at, out);
  out += ',';
  AppendCsvField(ForeignVerbName(event), out);
  out += ',';
  if (event.progress.has_value()) AppendNumber(out, *event.progress);
  out += ',';
  AppendCsvField(event.recommendation_id, out);
}

void AppendItem(const Item& item, std::string& out) {
  AppendCsvField(item.item_id, out);
  out += ',';
  if (item.published_at.has_value()) AppendSeconds(*item.published_at, out);
  out += ',';
  out += ItemKindName(item.kind);
  out += ',';
  AppendCsvField(item.title, out);
  out += ',';
  AppendCsvField(item.summary, out);
  out += ',';
  AppendList(item.topics, out);
  out += ',';
  AppendCsvField(item.language, out);
}

void AppendMember(const Member& member, std::string& out) {
  AppendCsvField(member.member_id, out);
  out += ',';
  AppendCsvField(member.org_unit, out);
  out += ',';
  AppendList(member.cohorts, out);
}

}  // namespace

const ForeignFormat kPersonalizeLines = {
    .name = "personalize",
    .events_file = "interactions.csv",
    .items_file = "items.csv",
    .members_file = "users.csv",
    .events_header = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,RECOMMENDATION_ID",
    .items_header = "ITEM_ID,CREATION_TIMESTAMP,KIND,TITLE,DESCRIPTION,TOPICS,LANGUAGE",
    .members_header = "USER_ID,ORG_UNIT,COHORTS",
    .append_event = AppendEvent,
    .append_item = AppendItem,
    .append_member = AppendMember};

}  // namespace cofilter::data
