// Gorse JSON lines, as its own export writes them.
#include <string>
#include <vector>

#include "data/export/foreign_format.h"
#include "data/field_text.h"
#include "data/import/gorse_labels.h"
#include "data/record_json.h"
#include "runtime/clock.h"

namespace cofilter::data {
namespace {

void AppendText(std::string_view name, std::string_view text, std::string& out) {
  out.append(",\"").append(name).append("\":");
  AppendJsonText(text, out);
}

void AppendTexts(std::string_view name, const std::vector<std::string>& texts, std::string& out) {
  out.append(",\"").append(name).append("\":[");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    AppendJsonText(texts[i], out);
  }
  out += ']';
}

void AppendEvent(const Event& event, std::string& out) {
  out += "{\"FeedbackType\":";
  AppendJsonText(ForeignVerbName(event), out);
  AppendText("UserId", event.member_id, out);
  AppendText("ItemId", event.item_id, out);
  out += ",\"Value\":";
  AppendNumber(out, event.progress.value_or(0));
  AppendText("Timestamp", runtime::FormatTime(event.occurred_at), out);
  out += ",\"Comment\":\"\"}";
}

void AppendItem(const Item& item, std::string& out) {
  out += "{\"ItemId\":";
  AppendJsonText(item.item_id, out);
  out += ",\"IsHidden\":";
  out += item.state == ItemState::kRetired ? "true" : "false";
  AppendTexts("Categories", item.topics, out);
  // Its zero time says that there is none.
  AppendText("Timestamp",
             item.published_at.has_value() ? runtime::FormatTime(*item.published_at)
                                           : "0001-01-01T00:00:00Z",
             out);
  AppendTexts("Labels", GorseLabels(item), out);
  AppendText("Comment", item.title, out);
  out += '}';
}

void AppendMember(const Member& member, std::string& out) {
  out += "{\"UserId\":";
  AppendJsonText(member.member_id, out);
  AppendTexts("Labels", GorseLabels(member), out);
  out += ",\"Comment\":\"\"}";
}

}  // namespace

const ForeignFormat kGorseLines = {.name = "gorse",
                                   .events_file = "feedback.jsonl",
                                   .items_file = "items.jsonl",
                                   .members_file = "users.jsonl",
                                   .events_header = "",
                                   .items_header = "",
                                   .members_header = "",
                                   .append_event = AppendEvent,
                                   .append_item = AppendItem,
                                   .append_member = AppendMember};

}  // namespace cofilter::data
