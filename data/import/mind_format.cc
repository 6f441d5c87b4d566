// MIND: behaviors.tsv and news.tsv, told apart by their columns.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "data/csv_line.h"
#include "data/field_checks.h"
#include "data/import/columns.h"
#include "data/import/import_format.h"
#include "runtime/digest.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

// Takes a number of one to four digits off the text.
bool TakeNumber(std::string_view& text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || digits > 4 || number < 0) return false;
  text.remove_prefix(digits);
  return true;
}

bool TakeLetter(std::string_view& text, char letter) {
  if (!text.starts_with(letter)) return false;
  text.remove_prefix(1);
  return true;
}

// "11/15/2019 10:22:32 AM", UTC.
absl::StatusOr<runtime::Time> ParseMindTime(std::string_view text) {
  std::string_view rest = text;
  int month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0;
  const bool shape = TakeNumber(rest, month) && TakeLetter(rest, '/') && TakeNumber(rest, day) &&
                     TakeLetter(rest, '/') && TakeNumber(rest, year) && TakeLetter(rest, ' ') &&
                     TakeNumber(rest, hour) && TakeLetter(rest, ':') && TakeNumber(rest, minute) &&
                     TakeLetter(rest, ':') && TakeNumber(rest, second);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  const bool half = rest == " AM" || rest == " PM";
  if (!shape || !half || !date.ok() || year < 1 || hour < 1 || hour > 12 || minute > 59 ||
      second > 59) {
    return FieldError("time", text, "such as 11/15/2019 10:22:32 AM");
  }
  hour = hour % 12 + (rest == " PM" ? 12 : 0);
  return runtime::Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

class MindReader final : public RecordReader {
 public:
  explicit MindReader(const ReaderOptions& options) : options_(options) {}

  void BeginFile() override { kind_ = RecordKind::kUnknown; }

  absl::Status Read(std::string_view line, std::uint64_t, LineRecords& out) override {
    fields_.clear();
    // Titles hold quotes that mean nothing.
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find('\t', at), line.size());
      fields_.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    if (kind_ == RecordKind::kUnknown) {
      if (fields_.front() == "news_id") {
        kind_ = RecordKind::kItems;
        titles_ = fields_.size() == 2 ? 1 : 3;
        out.header = true;
        return absl::OkStatus();
      }
      kind_ = fields_.size() == 5 ? RecordKind::kEvents : RecordKind::kItems;
    }
    return kind_ == RecordKind::kEvents ? ReadBehaviors(out) : ReadNews(out);
  }

 private:
  absl::Status ReadBehaviors(LineRecords& out) {
    if (fields_.size() != 5) {
      return absl::InvalidArgumentError(
          absl::StrCat("the line has ", fields_.size(),
                       " columns; right: 5, impression, user, time, history, impressions"));
    }
    Event event;
    event.member_id = fields_[1];
    COFILTER_ASSIGN_OR_RETURN(const runtime::Time at, ParseMindTime(fields_[2]));
    AddHistory(event, at, out);
    event.occurred_at = at;
    // Its number is of this file only.
    event.session_id = fields_[0];
    absl::Status status;
    ForEachEntry(fields_[4], ' ', [&](std::string_view shown) {
      const bool clicked = shown.ends_with("-1");
      if (!clicked && !shown.ends_with("-0")) {
        status = FieldError("impressions", shown, "a news id and -1 or -0");
        return;
      }
      event.item_id = shown.substr(0, shown.size() - 2);
      event.verb = Verb::kImpression;
      out.events.push_back({event, nullptr});
      if (!clicked) return;
      event.verb = Verb::kOpen;
      out.events.push_back({event, nullptr});
    });
    return status;
  }

  // What a member had clicked before, oldest first, without times: once a member, a second each,
  // up to the beginning of the day.
  void AddHistory(Event event, runtime::Time at, LineRecords& out) {
    if (!known_.insert(std::string(fields_[1])).second) return;
    std::vector<std::string_view> items;
    absl::flat_hash_set<std::string_view> seen;
    ForEachEntry(fields_[3], ' ', [&](std::string_view item) {
      if (seen.insert(item).second) items.push_back(item);
    });
    const runtime::Time day = std::chrono::floor<std::chrono::days>(at);
    event.verb = Verb::kOpen;
    event.time_assumed = true;
    for (std::size_t i = 0; i < items.size(); ++i) {
      event.item_id = items[i];
      event.occurred_at = day - std::chrono::seconds(items.size() - i);
      const std::string text = absl::StrCat("mind history\t", event.member_id, "\t", event.item_id);
      const runtime::Sha256Digest digest = runtime::Sha256(text);
      event.event_id = runtime::Hex(std::span(digest).first(16));
      out.events.push_back({event, nullptr});
    }
    out.untimed += static_cast<std::uint32_t>(items.size());
  }

  absl::Status ReadNews(LineRecords& out) {
    if (fields_.size() <= titles_) {
      return absl::InvalidArgumentError(
          absl::StrCat("the line has ", fields_.size(), " columns; right: ", titles_ + 1,
                       " or more, news id, category, subcategory, title, abstract, …"));
    }
    Item& item = out.items.emplace_back();
    item.item_id = fields_[0];
    item.kind = ItemKind::kNews;
    item.title = fields_[titles_];
    item.language = options_.language;
    if (titles_ != 3) return absl::OkStatus();
    for (const std::string_view topic : {fields_[1], fields_[2]}) {
      if (!topic.empty()) item.topics.emplace_back(topic);
    }
    if (fields_.size() > 4) item.summary = fields_[4];
    return absl::OkStatus();
  }

  const ReaderOptions options_;
  RecordKind kind_ = RecordKind::kUnknown;
  std::size_t titles_ = 3;  // the column of the title
  std::vector<std::string_view> fields_;
  absl::flat_hash_set<std::string> known_;  // members whose history is in
};

RecordKind LooksLike(std::span<const std::string> lines) {
  const std::string_view line = lines.front();
  const auto tabs = std::count(line.begin(), line.end(), '\t');
  if (line.starts_with("news_id\t")) return RecordKind::kItems;
  if (tabs == 4) {
    std::size_t at = line.find('\t', line.find('\t') + 1) + 1;
    if (ParseMindTime(line.substr(at, line.find('\t', at) - at)).ok()) return RecordKind::kEvents;
  }
  // News ids are N and a number.
  if (tabs == 7 && line.starts_with('N')) {
    const std::string_view id = line.substr(1, line.find('\t') - 1);
    if (!id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos)
      return RecordKind::kItems;
  }
  return RecordKind::kUnknown;
}

}  // namespace

const ImportFormat kMindFormat = {
    .name = "mind",
    .title = "MIND behaviors and news",
    .verbs = {},
    .looks_like = LooksLike,
    .create = [](const ReaderOptions& options) -> absl::StatusOr<std::unique_ptr<RecordReader>> {
      return std::make_unique<MindReader>(options);
    }};

}  // namespace cofilter::data
