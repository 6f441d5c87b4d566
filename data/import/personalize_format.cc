// Amazon Personalize CSV: interactions, items and users, told apart by their columns.
#include <memory>
#include <string>

#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/import/app_verbs.h"
#include "data/import/columns.h"
#include "data/import/import_format.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

// Both of Personalize's forms of a list within a field.
constexpr char kSeparator = '|';

class PersonalizeReader final : public RecordReader {
 public:
  explicit PersonalizeReader(const ReaderOptions& options) : options_(options) {}

  void BeginFile() override { columns_.Forget(); }

  absl::Status Read(std::string_view line, std::uint64_t, LineRecords& out) override {
    if (!columns_.has_header()) {
      out.header = true;
      return ReadHeader(line);
    }
    COFILTER_RETURN_IF_ERROR(columns_.ReadLine(line));
    if (kind_ == RecordKind::kEvents) return ReadInteraction(out);
    return kind_ == RecordKind::kItems ? ReadItem(out) : ReadUser(out);
  }

 private:
  absl::Status ReadHeader(std::string_view line) {
    COFILTER_RETURN_IF_ERROR(columns_.ReadHeader(line));
    user_ = columns_.Find({"userid"});
    item_ = columns_.Find({"itemid"});
    timestamp_ = columns_.Find({"timestamp"});
    type_ = columns_.Find({"eventtype"});
    value_ = columns_.Find({"eventvalue"});
    impression_ = columns_.Find({"impression"});
    recommendation_ = columns_.Find({"recommendationid"});
    created_ = columns_.Find({"creationtimestamp"});
    kind_column_ = columns_.Find({"kind"});
    title_ = columns_.Find({"title", "name"});
    summary_ = columns_.Find({"description", "productdescription"});
    topics_ = columns_.Find({"topics", "genres", "genre", "categoryl1", "category"});
    language_ = columns_.Find({"language", "contentlanguage"});
    unit_ = columns_.Find({"orgunit"});
    cohorts_ = columns_.Find({"cohorts"});
    kind_ = KindOf(columns_);
    // "UserId" is how Gorse writes it.
    const bool camel = line.find("UserId") != std::string_view::npos ||
                       line.find("ItemId") != std::string_view::npos;
    if (kind_ != RecordKind::kUnknown && !camel) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "the header has no Personalize columns; right: USER_ID, ITEM_ID and TIMESTAMP of "
        "interactions, ITEM_ID of items, or USER_ID of users");
  }

  absl::Status ReadInteraction(LineRecords& out) {
    COFILTER_ASSIGN_OR_RETURN(const runtime::Time at,
                              ParseTimeField("TIMESTAMP", columns_.Value(timestamp_)));
    ReadEvent& read = out.events.emplace_back();
    Event& event = read.event;
    event.member_id = columns_.Value(user_);
    event.item_id = columns_.Value(item_);
    event.occurred_at = at;
    event.recommendation_id = columns_.Value(recommendation_);
    if (const std::string_view type = columns_.Value(type_); !type.empty()) {
      read.verb = options_.verbs->Find(type);
      SetVerb(*read.verb, type, event);
    } else {
      event.verb = options_.default_verb;
    }
    if (const std::string_view text = columns_.Value(value_); !text.empty()) {
      COFILTER_ASSIGN_OR_RETURN(const double value, ParseNumberField("EVENT_VALUE", text));
      // A share of something done is what we keep; prices and stars are not.
      if (value >= 0 && value <= 1) {
        event.progress = static_cast<float>(value);
      } else {
        ++out.unkept_values;
      }
    }
    // A copy: the list of events may move.
    Event shown;
    shown.member_id = event.member_id;
    shown.occurred_at = at;
    shown.recommendation_id = event.recommendation_id;
    shown.verb = Verb::kImpression;
    ForEachEntry(columns_.Value(impression_), kSeparator, [&](std::string_view item) {
      shown.item_id = item;
      out.events.push_back({shown, nullptr});
    });
    return absl::OkStatus();
  }

  absl::Status ReadItem(LineRecords& out) {
    Item& item = out.items.emplace_back();
    item.item_id = columns_.Value(item_);
    item.kind = options_.item_kind;
    if (const std::string_view kind = columns_.Value(kind_column_); !kind.empty()) {
      const std::optional<ItemKind> ours = ParseItemKind(kind);
      if (!ours) {
        return FieldError("KIND", kind, "news, article, course, material, video or activity");
      }
      item.kind = *ours;
    }
    item.title = columns_.Value(title_);
    item.summary = columns_.Value(summary_);
    item.language = columns_.Value(language_);
    ForEachEntry(columns_.Value(topics_), kSeparator,
                 [&](std::string_view topic) { item.topics.emplace_back(topic); });
    if (const std::string_view created = columns_.Value(created_); !created.empty()) {
      COFILTER_ASSIGN_OR_RETURN(item.published_at, ParseTimeField("CREATION_TIMESTAMP", created));
    }
    return absl::OkStatus();
  }

  absl::Status ReadUser(LineRecords& out) {
    Member& member = out.members.emplace_back();
    member.member_id = columns_.Value(user_);
    member.org_unit = columns_.Value(unit_);
    ForEachEntry(columns_.Value(cohorts_), kSeparator,
                 [&](std::string_view cohort) { member.cohorts.emplace_back(cohort); });
    return absl::OkStatus();
  }

 public:
  static RecordKind KindOf(const Columns& columns) {
    const bool user = columns.Find({"userid"}) != Columns::kNone;
    const bool item = columns.Find({"itemid"}) != Columns::kNone;
    if (user && item) {
      return columns.Find({"timestamp"}) != Columns::kNone ? RecordKind::kEvents
                                                           : RecordKind::kUnknown;
    }
    if (item) return RecordKind::kItems;
    return user ? RecordKind::kMembers : RecordKind::kUnknown;
  }

 private:
  const ReaderOptions options_;
  Columns columns_;
  RecordKind kind_ = RecordKind::kUnknown;
  std::size_t user_ = 0, item_ = 0, timestamp_ = 0, type_ = 0, value_ = 0, impression_ = 0,
              recommendation_ = 0, created_ = 0, kind_column_ = 0, title_ = 0, summary_ = 0,
              topics_ = 0, language_ = 0, unit_ = 0, cohorts_ = 0;
};

// Personalize asks for capitals, which our own CSV and others do not have.
RecordKind LooksLike(std::span<const std::string> lines) {
  const std::string& header = lines.front();
  if (header.find("USER_ID") == std::string::npos && header.find("ITEM_ID") == std::string::npos)
    return RecordKind::kUnknown;
  Columns columns;
  if (!columns.ReadHeader(header).ok()) return RecordKind::kUnknown;
  return PersonalizeReader::KindOf(columns);
}

}  // namespace

const ImportFormat kPersonalizeFormat = {
    .name = "personalize",
    .title = "Amazon Personalize CSV",
    .verbs = AppVerbs(),
    .looks_like = LooksLike,
    .create = [](const ReaderOptions& options) -> absl::StatusOr<std::unique_ptr<RecordReader>> {
      return std::make_unique<PersonalizeReader>(options);
    }};

}  // namespace cofilter::data
