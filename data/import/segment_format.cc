// Track calls of Segment and RudderStack, as JSON lines.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/import/app_verbs.h"
#include "data/import/import_format.h"
#include "data/import/json_document.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

// Properties that name an item, in the order in which they are looked for.
constexpr std::array<std::string_view, 14> kItemProperties = {
    "item_id",  "itemId",   "content_id", "contentId", "article_id", "articleId",  "course_id",
    "courseId", "video_id", "videoId",    "asset_id",  "assetId",    "product_id", "productId"};

class SegmentReader final : public RecordReader {
 public:
  explicit SegmentReader(const ReaderOptions& options) : options_(options) {}

  absl::Status Read(std::string_view line, std::uint64_t, LineRecords& out) override {
    COFILTER_ASSIGN_OR_RETURN(const JsonElement root, document_.Parse(line));
    const std::optional<std::string_view> type = JsonText(JsonMember(root, "type"));
    if (!type.has_value()) return FieldError("type", "", "track, identify, page, …");
    // The stream of one application mixes them.
    out.passed_over = *type != "track";
    if (out.passed_over) return absl::OkStatus();
    const std::optional<std::string_view> name = JsonText(JsonMember(root, "event"));
    if (!name.has_value() || name->empty()) return FieldError("event", "", "the event's name");
    Event event;
    COFILTER_ASSIGN_OR_RETURN(const bool about_item, ReadItem(root, event));
    out.passed_over = !about_item;
    if (!about_item) return absl::OkStatus();
    VerbUse* const use = Verb(*name);
    SetVerb(*use, *name, event);
    COFILTER_RETURN_IF_ERROR(ReadWhoAndWhen(root, event));
    COFILTER_RETURN_IF_ERROR(ReadProperties(root, event));
    out.events.push_back({std::move(event), use});
    return absl::OkStatus();
  }

 private:
  // "Article Viewed" is what its last word says, unless the whole is known.
  VerbUse* Verb(std::string_view name) {
    VerbUse* const use = options_.verbs->Find(name);
    if (use->verb != data::Verb::kOther || use->count > 0) return use;
    const std::size_t word = name.find_last_of(" _");
    if (word == std::string_view::npos) return use;
    use->verb = options_.verbs->Find(name.substr(word + 1))->verb;
    return use;
  }

  absl::StatusOr<bool> ReadItem(JsonElement root, Event& event) {
    const std::optional<JsonElement> properties = JsonMember(root, "properties");
    if (!properties.has_value()) return false;
    const auto take = [&](std::string_view property) -> absl::StatusOr<bool> {
      const std::optional<JsonElement> value = JsonMember(*properties, property);
      if (!value.has_value()) return false;
      if (!JsonScalarText(*value, event.item_id)) return FieldError(property, "{…}", "an id");
      return true;
    };
    if (!options_.item_property.empty()) return take(options_.item_property);
    for (const std::string_view property : kItemProperties) {
      COFILTER_ASSIGN_OR_RETURN(const bool found, take(property));
      if (found) return true;
    }
    return false;
  }

  static absl::Status ReadWhoAndWhen(JsonElement root, Event& event) {
    const std::optional<JsonElement> user = JsonMember(root, "userId");
    if (!user.has_value() || !JsonScalarText(*user, event.member_id)) {
      return FieldError("userId", "", "the member; an anonymousId is none");
    }
    if (const auto id = JsonText(JsonMember(root, "messageId"))) event.event_id = *id;
    if (const auto id = JsonText(JsonMember(root, "anonymousId"))) event.client_id = *id;
    if (const auto platform = JsonText(JsonMember(root, {"context", "device", "type"})))
      event.platform = *platform;
    for (const std::string_view name : {"timestamp", "originalTimestamp", "sentAt", "receivedAt"}) {
      const std::optional<std::string_view> text = JsonText(JsonMember(root, name));
      if (!text.has_value()) continue;
      COFILTER_ASSIGN_OR_RETURN(event.occurred_at, ParseTimeField(name, *text));
      return absl::OkStatus();
    }
    return FieldError("timestamp", "", "a time such as 2026-11-24T08:00:00Z");
  }

  // Properties that have a field of ours; their spellings are those of our own formats.
  absl::Status ReadProperties(JsonElement root, Event& event) {
    const std::optional<JsonElement> properties = JsonMember(root, "properties");
    std::string text;
    if (const auto value = JsonMember(*properties, "progress")) {
      COFILTER_ASSIGN_OR_RETURN(const double progress, JsonNumber("progress", *value));
      // A share or a percentage: 1 is taken for the whole.
      event.progress = static_cast<float>(progress > 1 ? progress / 100 : progress);
    }
    const std::pair<std::string_view, std::string*> texts[] = {
        {"recommendation_id", &event.recommendation_id},
        {"surface", &event.surface},
        {"session_id", &event.session_id}};
    for (const auto& [name, target] : texts) {
      const auto value = JsonMember(*properties, name);
      if (value.has_value() && JsonScalarText(*value, text)) *target = text;
    }
    return absl::OkStatus();
  }

  const ReaderOptions options_;
  JsonDocument document_;
};

RecordKind LooksLike(std::span<const std::string> lines) {
  JsonDocument document;
  const auto root = document.Parse(lines.front());
  if (!root.ok()) return RecordKind::kUnknown;
  const bool type = JsonText(JsonMember(*root, "type")).has_value();
  const bool who = JsonMember(*root, "userId").has_value() ||
                   JsonMember(*root, "anonymousId").has_value() ||
                   JsonMember(*root, "messageId").has_value();
  return type && who ? RecordKind::kEvents : RecordKind::kUnknown;
}

}  // namespace

const ImportFormat kSegmentFormat = {
    .name = "segment",
    .title = "track calls of Segment or RudderStack",
    .verbs = AppVerbs(),
    .looks_like = LooksLike,
    .create = [](const ReaderOptions& options) -> absl::StatusOr<std::unique_ptr<RecordReader>> {
      return std::make_unique<SegmentReader>(options);
    }};

}  // namespace cofilter::data
