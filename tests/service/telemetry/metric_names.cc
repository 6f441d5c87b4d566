// A reader of PromQL that knows just enough.
#include "tests/service/telemetry/metric_names.h"

#include <cctype>
#include <sstream>

namespace cofilter::service {
namespace {

bool Begins(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool Continues(char c) {
  return Begins(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == ':';
}

bool IsOperator(std::string_view word) {
  static const std::set<std::string_view> words = {"and", "or", "unless", "bool", "offset", "inf"};
  return words.contains(word);
}
// They may stand before `by (…)`.
bool IsAggregation(std::string_view word) {
  static const std::set<std::string_view> words = {"sum", "max", "min", "avg", "count", "topk"};
  return words.contains(word);
}
// What a list of labels in parentheses follows.
bool TakesLabels(std::string_view word) {
  static const std::set<std::string_view> words = {"by",       "without",    "on",
                                                   "ignoring", "group_left", "group_right"};
  return words.contains(word);
}

}  // namespace

std::set<std::string> MetricNamesIn(std::string_view text) {
  std::set<std::string> names;
  std::size_t at = 0;
  const auto skip_to = [&](char end) {
    while (at < text.size() && text[at] != end) ++at;
    ++at;
  };
  while (at < text.size()) {
    const char c = text[at];
    if (c == '{') {
      skip_to('}');
    } else if (c == '[') {
      skip_to(']');
    } else if (c == '"') {
      ++at;
      skip_to('"');
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      while (at < text.size() && (Continues(text[at]) || text[at] == '.')) ++at;
    } else if (Begins(c)) {
      const std::size_t begin = at;
      while (at < text.size() && Continues(text[at])) ++at;
      const std::string_view word = text.substr(begin, at - begin);
      std::size_t next = at;
      while (next < text.size() && text[next] == ' ') ++next;
      const bool parenthesis = next < text.size() && text[next] == '(';
      if (TakesLabels(word)) {
        if (parenthesis) {
          at = next;
          skip_to(')');
        }
      } else if (!parenthesis && !IsOperator(word) && !IsAggregation(word)) {
        names.emplace(word);
      }
    } else {
      ++at;
    }
  }
  return names;
}

std::set<std::string> MetricNamesOfPage(std::string_view page) {
  std::set<std::string> names;
  std::istringstream lines{std::string(page)};
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string hash;
    std::string type;
    std::string name;
    std::string kind;
    words >> hash >> type >> name >> kind;
    if (hash != "#" || type != "TYPE") continue;
    names.insert(name);
    if (kind != "histogram") continue;
    for (const char* part : {"_bucket", "_sum", "_count"}) names.insert(name + part);
  }
  return names;
}

}  // namespace cofilter::service
