// Gorse: users, items and feedback, as JSON lines (its export) or CSV.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/import/app_verbs.h"
#include "data/import/columns.h"
#include "data/import/gorse_labels.h"
#include "data/import/import_format.h"
#include "data/import/json_document.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

namespace dom = simdjson::dom;

constexpr char kSeparator = '|';

// A row of either kind of file, as texts; lists as their entries.
struct Row {
  std::string feedback_type, user, item, value, timestamp, comment;
  bool hidden = false;
  std::vector<std::string> categories, labels;

  void Clear() { *this = Row{}; }
};

RecordKind KindOf(bool feedback, bool user, bool item) {
  if (user && item) return feedback ? RecordKind::kEvents : RecordKind::kUnknown;
  if (item) return RecordKind::kItems;
  return user ? RecordKind::kMembers : RecordKind::kUnknown;
}

// Labels are a list of texts, or an object of such lists, whose names then lead.
void AppendLabels(JsonElement value, const std::string& name, std::vector<std::string>& labels) {
  if (dom::array list; value.get_array().get(list) == simdjson::SUCCESS) {
    for (const JsonElement entry : list) AppendLabels(entry, name, labels);
    return;
  }
  if (dom::object object; value.get_object().get(object) == simdjson::SUCCESS) {
    for (const dom::key_value_pair member : object) {
      AppendLabels(
          member.value,
          name.empty() ? std::string(member.key) : absl::StrCat(name, ".", std::string(member.key)),
          labels);
    }
    return;
  }
  std::string text;
  // Numbers within labels are features of other recommenders, not names of anything.
  if (value.is_number() || !JsonScalarText(value, text) || text.empty()) return;
  labels.push_back(name.empty() ? text : absl::StrCat(name, ":", text));
}

class GorseReader final : public RecordReader {
 public:
  explicit GorseReader(const ReaderOptions& options) : options_(options) {}

  void BeginFile() override {
    columns_.Forget();
    json_ = -1;
  }

  absl::Status Read(std::string_view line, std::uint64_t, LineRecords& out) override {
    if (json_ < 0) json_ = line.substr(line.find_first_not_of(" \t")).starts_with('{') ? 1 : 0;
    row_.Clear();
    if (json_ == 1) {
      COFILTER_RETURN_IF_ERROR(ReadJson(line));
    } else if (columns_.has_header()) {
      COFILTER_RETURN_IF_ERROR(ReadCsv(line));
    } else {
      out.header = true;
      return ReadHeader(line);
    }
    switch (kind_) {
      case RecordKind::kEvents:
        return TakeFeedback(out);
      case RecordKind::kItems:
        return TakeItem(out);
      default:
        return TakeUser(out);
    }
  }

 private:
  absl::Status ReadHeader(std::string_view line) {
    COFILTER_RETURN_IF_ERROR(columns_.ReadHeader(line));
    const auto has = [&](std::string_view name) { return columns_.Find({name}) != Columns::kNone; };
    kind_ = KindOf(has("feedbacktype"), has("userid"), has("itemid"));
    // "USER_ID" is how Personalize writes it.
    const bool capitals = line.find("USER_ID") != std::string_view::npos ||
                          line.find("ITEM_ID") != std::string_view::npos;
    if (kind_ != RecordKind::kUnknown && !capitals) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "the header has no Gorse columns; right: FeedbackType, UserId and ItemId of feedback, "
        "ItemId of items, or UserId of users");
  }

  absl::Status ReadCsv(std::string_view line) {
    COFILTER_RETURN_IF_ERROR(columns_.ReadLine(line));
    const auto value = [&](std::initializer_list<std::string_view> names) {
      return columns_.Value(columns_.Find(names));
    };
    row_.feedback_type = value({"feedbacktype"});
    row_.user = value({"userid"});
    row_.item = value({"itemid"});
    row_.value = value({"value"});
    row_.timestamp = value({"timestamp"});
    row_.comment = value({"comment"});
    if (const std::string_view hidden = value({"ishidden"}); !hidden.empty()) {
      COFILTER_ASSIGN_OR_RETURN(row_.hidden, ParseBoolField("IsHidden", hidden));
    }
    ForEachEntry(value({"categories"}), kSeparator,
                 [&](std::string_view entry) { row_.categories.emplace_back(entry); });
    const std::string_view labels = value({"labels"});
    if (labels.starts_with('{') || labels.starts_with('[')) {
      COFILTER_ASSIGN_OR_RETURN(const JsonElement root, document_.Parse(labels));
      AppendLabels(root, "", row_.labels);
    } else {
      ForEachEntry(labels, kSeparator,
                   [&](std::string_view entry) { row_.labels.emplace_back(entry); });
    }
    return absl::OkStatus();
  }

  absl::Status ReadJson(std::string_view line) {
    COFILTER_ASSIGN_OR_RETURN(const JsonElement root, document_.Parse(line));
    const std::pair<std::string_view, std::string*> texts[] = {
        {"FeedbackType", &row_.feedback_type},
        {"UserId", &row_.user},
        {"ItemId", &row_.item},
        {"Value", &row_.value},
        {"Timestamp", &row_.timestamp},
        {"Comment", &row_.comment}};
    for (const auto& [name, text] : texts) {
      const std::optional<JsonElement> value = JsonMember(root, name);
      if (value.has_value() && !JsonScalarText(*value, *text))
        return FieldError(name, "{…}", "a text");
    }
    if (const auto hidden = JsonMember(root, "IsHidden")) {
      if (hidden->get_bool().get(row_.hidden) != simdjson::SUCCESS)
        return FieldError("IsHidden", "", "true or false");
    }
    if (const auto list = JsonMember(root, "Categories")) AppendLabels(*list, "", row_.categories);
    if (const auto list = JsonMember(root, "Labels")) AppendLabels(*list, "", row_.labels);
    kind_ = KindOf(!row_.feedback_type.empty(), !row_.user.empty(), !row_.item.empty());
    if (kind_ != RecordKind::kUnknown) return absl::OkStatus();
    return FieldError("FeedbackType", row_.feedback_type,
                      "given with UserId and ItemId, or one of the two alone");
  }

  absl::Status TakeFeedback(LineRecords& out) {
    ReadEvent& read = out.events.emplace_back();
    read.verb = options_.verbs->Find(row_.feedback_type);
    SetVerb(*read.verb, row_.feedback_type, read.event);
    read.event.member_id = std::move(row_.user);
    read.event.item_id = std::move(row_.item);
    COFILTER_ASSIGN_OR_RETURN(read.event.occurred_at, ParseTimeField("Timestamp", row_.timestamp));
    if (row_.value.empty()) return absl::OkStatus();
    COFILTER_ASSIGN_OR_RETURN(const double value, ParseNumberField("Value", row_.value));
    // Gorse writes 0 where there is none.
    if (value > 0 && value <= 1) {
      read.event.progress = static_cast<float>(value);
    } else if (value != 0) {
      ++out.unkept_values;
    }
    return absl::OkStatus();
  }

  absl::Status TakeItem(LineRecords& out) {
    Item& item = out.items.emplace_back();
    item.item_id = std::move(row_.item);
    item.kind = options_.item_kind;
    item.state = row_.hidden ? ItemState::kRetired : ItemState::kActive;
    item.topics = std::move(row_.categories);
    item.title = std::move(row_.comment);
    // Gorse's zero time says that there is none.
    if (!row_.timestamp.empty() && !row_.timestamp.starts_with("0001-01-01")) {
      COFILTER_ASSIGN_OR_RETURN(item.published_at, ParseTimeField("Timestamp", row_.timestamp));
    }
    for (const std::string& label : row_.labels)
      COFILTER_RETURN_IF_ERROR(TakeGorseLabel(label, item));
    return absl::OkStatus();
  }

  absl::Status TakeUser(LineRecords& out) {
    Member& member = out.members.emplace_back();
    member.member_id = std::move(row_.user);
    for (const std::string& label : row_.labels) TakeGorseLabel(label, member);
    return absl::OkStatus();
  }

  const ReaderOptions options_;
  JsonDocument document_;
  Columns columns_;
  int json_ = -1;  // -1: not known yet
  RecordKind kind_ = RecordKind::kUnknown;
  Row row_;
};

RecordKind LooksLike(std::span<const std::string> lines) {
  JsonDocument document;
  if (const auto root = document.Parse(lines.front()); root.ok()) {
    return KindOf(JsonMember(*root, "FeedbackType").has_value(),
                  JsonMember(*root, "UserId").has_value(), JsonMember(*root, "ItemId").has_value());
  }
  Columns columns;
  if (lines.front().starts_with('{') || !columns.ReadHeader(lines.front()).ok())
    return RecordKind::kUnknown;
  const auto has = [&](std::string_view name) { return columns.Find({name}) != Columns::kNone; };
  // Its older CSV has small letters; ours has them too, so that more than an id must tell.
  const bool camel = lines.front().find("UserId") != std::string::npos ||
                     lines.front().find("ItemId") != std::string::npos;
  if (!camel && !has("feedbacktype") && !has("ishidden")) return RecordKind::kUnknown;
  return KindOf(has("feedbacktype"), has("userid"), has("itemid"));
}

}  // namespace

const ImportFormat kGorseFormat = {
    .name = "gorse",
    .title = "Gorse JSON lines or CSV",
    .verbs = AppVerbs(),
    .looks_like = LooksLike,
    .create = [](const ReaderOptions& options) -> absl::StatusOr<std::unique_ptr<RecordReader>> {
      return std::make_unique<GorseReader>(options);
    }};

}  // namespace cofilter::data
