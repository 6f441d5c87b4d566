// From a catalogue, or from a table.
#include "bench/set_items.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/csv_line.h"
#include "data/line_reader.h"
#include "data/record_source.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

data::Item Course(std::string_view id, std::string_view title, std::vector<std::string> topics) {
  data::Item item;
  item.item_id = std::string(id);
  item.kind = data::ItemKind::kCourse;
  item.title = std::string(title);
  item.topics = std::move(topics);
  std::sort(item.topics.begin(), item.topics.end());
  item.topics.erase(std::unique(item.topics.begin(), item.topics.end()), item.topics.end());
  return item;
}

absl::StatusOr<std::size_t> ColumnOf(const std::vector<std::string>& header,
                                     const std::string& name, const std::string& path) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
  return absl::InvalidArgumentError(absl::StrCat(path, " has no column \"", name, "\""));
}

absl::StatusOr<std::vector<data::Item>> ReadTable(const SetItems& table) {
  COFILTER_ASSIGN_OR_RETURN(data::LineReader reader, data::LineReader::Open(table.path));
  std::vector<data::Item> items;
  std::vector<std::string> header;
  std::size_t id = 0;
  std::size_t title = 0;
  std::size_t topics = 0;
  data::CsvSplitter splitter;
  std::vector<std::string_view> fields;
  data::Line line;
  while (reader.Next(line)) {
    if (header.empty() && line.text.find('\t') != std::string_view::npos) {
      splitter = data::CsvSplitter('\t');
    }
    COFILTER_RETURN_IF_ERROR(splitter.Split(line.text, fields));
    if (header.empty()) {
      header.assign(fields.begin(), fields.end());
      COFILTER_ASSIGN_OR_RETURN(id, ColumnOf(header, table.item, table.path));
      COFILTER_ASSIGN_OR_RETURN(title, ColumnOf(header, table.title, table.path));
      if (!table.topics.empty()) {
        COFILTER_ASSIGN_OR_RETURN(topics, ColumnOf(header, table.topics, table.path));
      }
      continue;
    }
    if (fields.size() != header.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          table.path, ":", line.number, ": ", fields.size(), " fields; right: ", header.size()));
    }
    std::vector<std::string> of_item;
    if (!table.topics.empty()) {
      of_item =
          absl::StrSplit(std::string(fields[topics]), table.topic_separator, absl::SkipEmpty());
    }
    items.push_back(Course(fields[id], fields[title], std::move(of_item)));
  }
  COFILTER_RETURN_IF_ERROR(reader.status());
  return items;
}

}  // namespace

absl::StatusOr<std::vector<data::Item>> ReadSetItems(const SetDescriptor& set) {
  if (set.items.path.empty()) return std::vector<data::Item>();
  if (!set.items.item.empty()) return ReadTable(set.items);
  std::vector<data::Item> items;
  COFILTER_RETURN_IF_ERROR(data::ReadItems(set.items.path, {}, [&items](data::Item& item) {
                             items.push_back(Course(item.item_id, item.title, item.topics));
                             return absl::OkStatus();
                           }).status());
  return items;
}

}  // namespace cofilter::bench
