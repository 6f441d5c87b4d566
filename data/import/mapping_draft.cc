// Drafts a mapping by the names of columns, and by their values where names do not tell.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/csv_line.h"
#include "data/field_text.h"
#include "data/import/app_verbs.h"
#include "data/import/columns.h"
#include "data/import/json_document.h"
#include "data/import/mapping.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

namespace dom = simdjson::dom;

struct Synonym {
  std::string_view plain;  // a plain name: without case, spaces and underscores
  std::string_view field;
};

constexpr auto kEventNames = std::to_array<Synonym>({
    {"eventid", "event_id"},
    {"id", "event_id"},
    {"messageid", "event_id"},
    {"uuid", "event_id"},
    {"memberid", "member_id"},
    {"userid", "member_id"},
    {"user", "member_id"},
    {"username", "member_id"},
    {"learnerid", "member_id"},
    {"studentid", "member_id"},
    {"employeeid", "member_id"},
    {"personid", "member_id"},
    {"idstudent", "member_id"},
    {"uid", "member_id"},
    {"itemid", "item_id"},
    {"item", "item_id"},
    {"courseid", "item_id"},
    {"course", "item_id"},
    {"contentid", "item_id"},
    {"articleid", "item_id"},
    {"bookid", "item_id"},
    {"movieid", "item_id"},
    {"videoid", "item_id"},
    {"productid", "item_id"},
    {"objectid", "item_id"},
    {"newsid", "item_id"},
    {"idsite", "item_id"},
    {"verb", "verb"},
    {"action", "verb"},
    {"event", "verb"},
    {"eventtype", "verb"},
    {"eventname", "verb"},
    {"activity", "verb"},
    {"occurredat", "occurred_at"},
    {"timestamp", "occurred_at"},
    {"time", "occurred_at"},
    {"date", "occurred_at"},
    {"datetime", "occurred_at"},
    {"createdat", "occurred_at"},
    {"ts", "occurred_at"},
    {"eventtime", "occurred_at"},
    {"progress", "progress"},
    {"percent", "progress"},
    {"completion", "progress"},
    {"percentcomplete", "progress"},
    {"duration", "duration_seconds"},
    {"durationseconds", "duration_seconds"},
    {"seconds", "duration_seconds"},
    {"sessionid", "session_id"},
    {"session", "session_id"},
    {"platform", "platform"},
    {"device", "platform"},
});

constexpr auto kItemNames = std::to_array<Synonym>({
    {"itemid", "item_id"},
    {"id", "item_id"},
    {"courseid", "item_id"},
    {"contentid", "item_id"},
    {"articleid", "item_id"},
    {"bookid", "item_id"},
    {"movieid", "item_id"},
    {"newsid", "item_id"},
    {"kind", "kind"},
    {"type", "kind"},
    {"title", "title"},
    {"name", "title"},
    {"summary", "summary"},
    {"description", "summary"},
    {"abstract", "summary"},
    {"topics", "topics"},
    {"tags", "topics"},
    {"category", "topics"},
    {"categories", "topics"},
    {"genres", "topics"},
    {"language", "language"},
    {"lang", "language"},
    {"languagecode", "language"},
    {"publisher", "publisher"},
    {"author", "publisher"},
    {"publishedat", "published_at"},
    {"createdat", "published_at"},
    {"published", "published_at"},
    {"credits", "credits"},
});

constexpr auto kMemberNames = std::to_array<Synonym>({
    {"memberid", "member_id"},
    {"userid", "member_id"},
    {"id", "member_id"},
    {"username", "member_id"},
    {"employeeid", "member_id"},
    {"orgunit", "org_unit"},
    {"unit", "org_unit"},
    {"department", "org_unit"},
    {"cohorts", "cohorts"},
    {"groups", "cohorts"},
    {"group", "cohorts"},
});

struct Column {
  std::string name;
  std::vector<std::string> values;  // of the first lines, without empty ones
};

template <typename Test>
bool All(const Column& column, Test test) {
  return !column.values.empty() && std::all_of(column.values.begin(), column.values.end(), test);
}

// The time format of a column; empty: its values are no times that we know.
std::string TimeFormatOf(const Column& column) {
  const auto number_between = [&](double low, double high) {
    return All(column, [&](const std::string& text) {
      const auto value = ParseNumberField("", text);
      return value.ok() && *value >= low && *value < high;
    });
  };
  // Times from 1980 to 2100 in each unit.
  if (number_between(3.2e8, 4.2e9)) return "unix_seconds";
  if (number_between(3.2e11, 4.2e12)) return "unix_milliseconds";
  if (number_between(3.2e14, 4.2e15)) return "unix_microseconds";
  static constexpr std::array<std::string_view, 10> kPatterns = {
      "rfc3339",           "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
      "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",    "%m/%d/%Y %H:%M:%S",
      "%Y-%m-%d",          "%Y%m%d%H%M%S"};
  for (const std::string_view pattern : kPatterns) {
    MappedField field;
    field.field = "time";
    field.time = pattern;
    if (All(column, [&](const std::string& text) {
          // A plain number would pass for seconds since 1970.
          if (pattern == "rfc3339" && ParseNumberField("", text).ok()) return false;
          const auto time = MappedTimeText(field, text);
          return time.ok() && ParseTimeField("time", *time).ok();
        })) {
      return std::string(pattern);
    }
  }
  return {};
}

char SeparatorOf(std::string_view header) {
  constexpr std::string_view kSeparators = ",\t;|";
  const auto count = [&](char c) { return std::count(header.begin(), header.end(), c); };
  return *std::max_element(kSeparators.begin(), kSeparators.end(),
                           [&](char a, char b) { return count(a) < count(b); });
}

// Members of objects, objects within them too, as paths with dots.
void AddMembers(JsonElement value, const std::string& path, std::vector<Column>& columns) {
  dom::object object;
  if (value.get_object().get(object) == simdjson::SUCCESS) {
    for (const dom::key_value_pair member : object) {
      AddMembers(
          member.value,
          path.empty() ? std::string(member.key) : absl::StrCat(path, ".", std::string(member.key)),
          columns);
    }
    return;
  }
  auto column = std::find_if(columns.begin(), columns.end(),
                             [&](const Column& known) { return known.name == path; });
  if (column == columns.end()) column = columns.insert(columns.end(), Column{path, {}});
  std::string text;
  if (JsonScalarText(value, text) && !text.empty()) column->values.push_back(text);
}

absl::Status ReadColumns(const std::vector<std::string>& lines, bool json, char separator,
                         std::vector<Column>& columns) {
  if (json) {
    JsonDocument document;
    for (const std::string& line : lines) {
      COFILTER_ASSIGN_OR_RETURN(const JsonElement root, document.Parse(line));
      AddMembers(root, "", columns);
    }
    return absl::OkStatus();
  }
  CsvSplitter splitter(separator);
  std::vector<std::string_view> values;
  COFILTER_RETURN_IF_ERROR(splitter.Split(lines.front(), values));
  for (const std::string_view name : values) columns.push_back({std::string(name), {}});
  for (std::size_t i = 1; i < lines.size(); ++i) {
    COFILTER_RETURN_IF_ERROR(splitter.Split(lines[i], values));
    for (std::size_t c = 0; c < std::min(values.size(), columns.size()); ++c) {
      if (!values[c].empty()) columns[c].values.emplace_back(values[c]);
    }
  }
  return absl::OkStatus();
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
  }
  return quoted + '"';
}

using Chosen = std::map<std::string, const Column*, std::less<>>;

// The first column of each field, in the order of the columns.
Chosen Choose(std::span<const Synonym> names, const std::vector<Column>& columns) {
  Chosen chosen;
  for (const Synonym& synonym : names) {
    for (const Column& column : columns) {
      if (PlainName(column.name.substr(column.name.find_last_of('.') + 1)) != synonym.plain)
        continue;
      const bool taken = std::any_of(chosen.begin(), chosen.end(),
                                     [&](const auto& pair) { return pair.second == &column; });
      if (!taken) chosen.try_emplace(std::string(synonym.field), &column);
    }
  }
  return chosen;
}

std::string FieldLine(const std::string& field, const Column& column) {
  std::string more, note;
  if (field.ends_with("_at")) {
    const std::string format = TimeFormatOf(column);
    if (format.empty()) note = "   # its values are times of no known form";
    if (!format.empty() && format != "rfc3339") absl::StrAppend(&more, ", time = ", Quoted(format));
    if (format.starts_with('%')) absl::StrAppend(&more, ", offset = \"+00:00\"");
  }
  if (field == "progress") {
    const bool percent =
        std::any_of(column.values.begin(), column.values.end(), [](const std::string& text) {
          const auto value = ParseNumberField("", text);
          return value.ok() && *value > 1;
        });
    if (percent) more += ", scale = 0.01";
  }
  if (field == "verb") {
    VerbMap known(AppVerbs());
    const std::set<std::string> distinct(column.values.begin(), column.values.end());
    std::string values;
    for (const std::string& value : distinct) {
      if (known.Find(value)->verb != Verb::kOther || values.size() > 400) continue;
      absl::StrAppend(&values, values.empty() ? "" : ", ", Quoted(value), " = \"other\"");
    }
    if (!values.empty()) absl::StrAppend(&more, ", values = { ", values, " }");
  }
  const std::string name = Quoted(column.name);
  return more.empty() ? absl::StrCat(field, " = ", name, note, "\n")
                      : absl::StrCat(field, " = { column = ", name, more, " }", note, "\n");
}

}  // namespace

absl::StatusOr<std::string> DraftMapping(const std::vector<std::string>& lines) {
  if (lines.empty()) return absl::InvalidArgumentError("guess: the file is empty");
  const std::size_t start = lines.front().find_first_not_of(" \t");
  const bool json = start != std::string::npos && lines.front()[start] == '{';
  const char separator = SeparatorOf(lines.front());
  std::vector<Column> columns;
  COFILTER_RETURN_IF_ERROR(ReadColumns(lines, json, separator, columns));

  Chosen chosen = Choose(kEventNames, columns);
  std::string_view records = "events";
  const auto titled = [&] { return Choose(kItemNames, columns).contains("title"); };
  if (!chosen.contains("member_id") && titled()) {
    records = "items";
    chosen = Choose(kItemNames, columns);
  } else if (!chosen.contains("item_id") && Choose(kMemberNames, columns).size() > 1) {
    records = "members";
    chosen = Choose(kMemberNames, columns);
  }
  // A time under any name, where no name told one.
  if (records == "events" && !chosen.contains("occurred_at")) {
    for (const Column& column : columns) {
      const bool taken = std::any_of(chosen.begin(), chosen.end(),
                                     [&](const auto& pair) { return pair.second == &column; });
      if (taken || TimeFormatOf(column).empty()) continue;
      chosen.emplace("occurred_at", &column);
      break;
    }
  }
  std::string draft = absl::StrCat(
      "# A draft: check each line, then run\n#   cofilter import --mapping THIS --source NAME "
      "FILE\n"
      "records = \"",
      std::string(records), "\"\nformat = \"", json ? "json" : "csv", "\"\n");
  if (!json && separator != ',')
    absl::StrAppend(&draft, "separator = ", separator == '\t' ? "\"\\t\"" : Quoted({&separator, 1}),
                    "\n");
  draft += "\n[fields]\n";
  for (const auto& [field, column] : chosen) draft += FieldLine(field, *column);
  if (records == "events") {
    for (const char* const required : {"member_id", "item_id", "occurred_at"}) {
      if (!chosen.contains(required))
        absl::StrAppend(&draft, "# ", required, " = \"?\"   # required; no column tells it\n");
    }
    if (!chosen.contains("verb")) draft += "verb = { value = \"complete\" }   # of every line\n";
  } else if (records == "items" && !chosen.contains("kind")) {
    draft += "kind = { value = \"article\" }   # of every line\n";
  }
  for (const Column& column : columns) {
    const bool taken = std::any_of(chosen.begin(), chosen.end(),
                                   [&](const auto& pair) { return pair.second == &column; });
    if (taken) continue;
    absl::StrAppend(&draft, "# not used: ", Quoted(column.name), "\n");
  }
  return draft;
}

}  // namespace cofilter::data
