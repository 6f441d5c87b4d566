// Tabs, spaces, and American dates.
#include "data/mind_format.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "data/line_reader.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

std::vector<std::string_view> SplitAt(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> TakeNumber(std::string_view* text, char after) {
  int value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc()) return std::nullopt;
  text->remove_prefix(static_cast<std::size_t>(end - text->data()));
  if (text->empty() || text->front() != after) return std::nullopt;
  text->remove_prefix(1);
  return value;
}

// "11/12/2019 2:14:46 PM".
std::optional<runtime::Time> ParseAmericanTime(std::string_view text) {
  namespace chrono = std::chrono;
  const auto month = TakeNumber(&text, '/');
  const auto day = TakeNumber(&text, '/');
  const auto year = TakeNumber(&text, ' ');
  const auto hour = TakeNumber(&text, ':');
  const auto minute = TakeNumber(&text, ':');
  const auto second = TakeNumber(&text, ' ');
  if (!month || !day || !year || !hour || !minute || !second) return std::nullopt;
  if (text != "AM" && text != "PM") return std::nullopt;
  if (*month < 1 || *day < 1 || *hour < 1 || *hour > 12 || *minute < 0 || *minute > 59 ||
      *second < 0 || *second > 59 || *year < 1970 || *year > 9999) {
    return std::nullopt;
  }
  const chrono::year_month_day date{chrono::year(*year),
                                    chrono::month(static_cast<unsigned>(*month)),
                                    chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return runtime::Time(chrono::sys_days(date).time_since_epoch()) +
         chrono::hours(*hour % 12 + (text == "PM" ? 12 : 0)) + chrono::minutes(*minute) +
         chrono::seconds(*second);
}

template <typename Visit>
absl::Status ForEachLine(const std::string& path, const Visit& visit) {
  COFILTER_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path));
  Line line;
  while (reader.Next(line)) {
    if (line.text.empty()) continue;
    const absl::Status status = line.too_long
                                    ? absl::InvalidArgumentError("is longer than a line may be")
                                    : visit(line.text);
    if (status.ok()) continue;
    return absl::Status(status.code(),
                        absl::StrCat(path, ":", line.number, ": ", std::string(status.message())));
  }
  return reader.status();
}

}  // namespace

absl::StatusOr<MindImpression> ParseMindImpression(std::string_view line) {
  const std::vector<std::string_view> fields = SplitAt(line, '\t');
  if (fields.size() != 5) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", fields.size(), " fields; right: 5, by tabs"));
  }
  MindImpression impression;
  impression.impression_id = fields[0];
  impression.member_id = fields[1];
  COFILTER_RETURN_IF_ERROR(ValidateId("user_id", impression.member_id));
  const std::optional<runtime::Time> at = ParseAmericanTime(fields[2]);
  if (!at.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("time is \"", std::string(fields[2]), "\"; right: 11/12/2019 2:14:46 PM"));
  }
  impression.at = *at;
  for (const std::string_view id : SplitAt(fields[3], ' ')) {
    if (!id.empty()) impression.history.emplace_back(id);
  }
  for (const std::string_view entry : SplitAt(fields[4], ' ')) {
    if (entry.empty()) continue;
    const bool clicked = entry.ends_with("-1");
    if (entry.size() < 3 || (!clicked && !entry.ends_with("-0"))) {
      return absl::InvalidArgumentError(absl::StrCat("impressions has \"", std::string(entry),
                                                     "\"; right: NEWSID-1 or NEWSID-0"));
    }
    impression.shown.emplace_back(entry.substr(0, entry.size() - 2));
    impression.clicked.push_back(clicked);
  }
  return impression;
}

absl::StatusOr<std::vector<MindImpression>> ReadMindImpressions(const std::string& path) {
  std::vector<MindImpression> impressions;
  const absl::Status status = ForEachLine(path, [&](std::string_view line) -> absl::Status {
    COFILTER_ASSIGN_OR_RETURN(MindImpression impression, ParseMindImpression(line));
    impressions.push_back(std::move(impression));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  std::sort(impressions.begin(), impressions.end(),
            [](const MindImpression& a, const MindImpression& b) {
              return std::tie(a.at, a.impression_id) < std::tie(b.at, b.impression_id);
            });
  return impressions;
}

absl::StatusOr<std::vector<MindNews>> ReadMindNews(const std::string& path) {
  std::vector<MindNews> news;
  const absl::Status status = ForEachLine(path, [&](std::string_view line) -> absl::Status {
    const std::vector<std::string_view> fields = SplitAt(line, '\t');
    if (fields[0] == "news_id") return absl::OkStatus();
    if (fields.size() < 2) {
      return absl::InvalidArgumentError("has 1 field; right: an id and a title, by a tab");
    }
    COFILTER_RETURN_IF_ERROR(ValidateId("news_id", fields[0]));
    MindNews& one = news.emplace_back();
    one.news_id = fields[0];
    if (fields.size() < 4) {
      one.title = fields[1];
    } else {
      for (const std::string_view topic : {fields[1], fields[2]}) {
        if (!topic.empty()) one.topics.emplace_back(topic);
      }
      one.title = fields[3];
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return news;
}

}  // namespace cofilter::data
