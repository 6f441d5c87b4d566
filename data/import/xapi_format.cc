// xAPI statements, 1.0.3 and 2.0: one a line, or a list of them, or as learning record stores wrap
// them.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/import/import_format.h"
#include "data/import/json_document.h"
#include "data/import/xapi_checks.h"
#include "data/import/xapi_verbs.h"
#include "data/utf8_text.h"
#include "runtime/digest.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kVideoProgress = "https://w3id.org/xapi/video/extensions/progress";
constexpr std::string_view kCmi5Progress = "https://w3id.org/xapi/cmi5/result/extensions/progress";
constexpr std::string_view kVideoSession = "https://w3id.org/xapi/video/extensions/session-id";

// So many statements are remembered, that a voiding one may find whose it takes back.
constexpr std::size_t kRemembered = 4u << 20;
// So many activities are described once each.
constexpr std::size_t kDescribed = 1u << 20;

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Kinds by the last part of an activity type's IRI.
ItemKind KindOfType(std::string_view type, ItemKind otherwise) {
  const std::string name = LowerCase(type.substr(type.find_last_of("/#") + 1));
  static constexpr std::array<std::pair<std::string_view, ItemKind>, 19> kKinds = {{
      {"course", ItemKind::kCourse},
      {"program", ItemKind::kCourse},
      {"video", ItemKind::kVideo},
      {"media", ItemKind::kVideo},
      {"meeting", ItemKind::kActivity},
      {"event", ItemKind::kActivity},
      {"article", ItemKind::kArticle},
      {"webpage", ItemKind::kArticle},
      {"blog", ItemKind::kArticle},
      {"lesson", ItemKind::kMaterial},
      {"module", ItemKind::kMaterial},
      {"assessment", ItemKind::kMaterial},
      {"file", ItemKind::kMaterial},
      {"resource", ItemKind::kMaterial},
      {"book", ItemKind::kMaterial},
      {"chapter", ItemKind::kMaterial},
      {"page", ItemKind::kMaterial},
      {"link", ItemKind::kMaterial},
      {"cmi.interaction", ItemKind::kMaterial},
  }};
  for (const auto& [known, kind] : kKinds) {
    if (known == name) return kind;
  }
  return otherwise;
}

class XapiReader final : public RecordReader {
 public:
  explicit XapiReader(const ReaderOptions& options) : options_(options) {}

  absl::Status Read(std::string_view line, std::uint64_t, LineRecords& out) override {
    COFILTER_ASSIGN_OR_RETURN(const JsonElement root, document_.Parse(line));
    if (const auto list = JsonMember(root, "statements")) return ReadList(*list, out);
    if (root.is_array()) return ReadList(root, out);
    const std::optional<JsonElement> inner = JsonMember(root, "statement");
    const bool wrapped = inner.has_value() && !JsonMember(root, "actor").has_value();
    return ReadStatement(wrapped ? *inner : root, out);
  }

 private:
  absl::Status ReadList(JsonElement list, LineRecords& out) {
    dom::array statements;
    if (list.get_array().get(statements) != simdjson::SUCCESS)
      return FieldError("statements", "", "a list");
    std::size_t number = 0;
    for (const JsonElement statement : statements) {
      const absl::Status status = ReadStatement(statement, out);
      if (!status.ok()) {
        return absl::Status(status.code(),
                            absl::StrCat("statements[", number, "].", status.message()));
      }
      ++number;
    }
    out.passed_over = number == 0;
    return absl::OkStatus();
  }

  absl::Status ReadStatement(JsonElement statement, LineRecords& out) {
    COFILTER_RETURN_IF_ERROR(CheckXapiStatement(statement));
    Event event;
    COFILTER_RETURN_IF_ERROR(ReadTime(statement, event, out));
    event.event_id = IdOf(statement);
    const std::string_view verb = *JsonText(JsonMember(statement, {"verb", "id"}));
    const JsonElement actor = *JsonMember(statement, "actor");
    const JsonElement object = *JsonMember(statement, "object");
    ReadContext(statement, event);
    if (verb == kXapiVoided) return ReadVoid(actor, object, event, out);
    // What is done with a person, a statement or a plan is no reading: kept, unweighted.
    const bool activity =
        JsonText(JsonMember(object, "objectType")).value_or("Activity") == "Activity";
    VerbUse* const use = activity ? options_.verbs->Find(verb) : options_.verbs->Unweighted(verb);
    data::SetVerb(*use, verb, event);
    event.item_id = ObjectId(object);
    if (event.verb == Verb::kVisit) event.item_id.clear();
    if (activity && options_.describe_items) Describe(event.item_id, object, out);
    COFILTER_RETURN_IF_ERROR(ReadResult(statement, event, out));
    Spread(actor, event, use, out);
    return absl::OkStatus();
  }

  absl::Status ReadTime(JsonElement statement, Event& event, LineRecords& out) const {
    for (const std::string_view name : {"timestamp", "stored"}) {
      if (const auto text = JsonText(JsonMember(statement, name))) {
        COFILTER_ASSIGN_OR_RETURN(event.occurred_at, ParseTimeField(name, *text));
        return absl::OkStatus();
      }
    }
    event.occurred_at = options_.imported_at;
    event.time_assumed = true;
    ++out.untimed;
    return absl::OkStatus();
  }

  // UUIDs are the same in either case. Without one, what the statement says names it, but for what
  // a store adds to it.
  static std::string IdOf(JsonElement statement) {
    if (const auto id = JsonText(JsonMember(statement, "id"))) return LowerCase(*id);
    std::string text;
    dom::object members = statement.get_object().value_unsafe();
    std::vector<std::pair<std::string_view, JsonElement>> kept;
    for (const dom::key_value_pair member : members) {
      if (member.key == "stored" || member.key == "authority" || member.key == "version") continue;
      kept.emplace_back(member.key, member.value);
    }
    std::stable_sort(kept.begin(), kept.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [key, value] : kept) {
      text.append(key).append(":");
      AppendCanonicalJson(value, text);
      text += '\n';
    }
    const runtime::Sha256Digest digest = runtime::Sha256(text);
    return runtime::Hex(std::span(digest).first(16));
  }

  std::string ObjectId(JsonElement object) const {
    const std::string_view type = JsonText(JsonMember(object, "objectType")).value_or("Activity");
    if (type == "Activity" || type == "StatementRef") {
      return std::string(*JsonText(JsonMember(object, "id")));
    }
    // The inner object of a sub-statement: never another sub-statement.
    if (type == "SubStatement") return ObjectId(*JsonMember(object, "object"));
    std::string id = XapiIdentifier(object, options_.account_home);
    return id.empty() ? "anonymous group" : id;
  }

  absl::Status ReadResult(JsonElement statement, Event& event, LineRecords& out) const {
    const std::optional<JsonElement> result = JsonMember(statement, "result");
    if (!result.has_value()) return absl::OkStatus();
    if (const auto scaled = JsonMember(*result, {"score", "scaled"})) {
      COFILTER_ASSIGN_OR_RETURN(const double score, JsonNumber("result.score.scaled", *scaled));
      event.score = static_cast<float>(score);
    } else if (JsonMember(*result, {"score", "raw"})) {
      ++out.unkept_values;  // of a scale that we do not know
    }
    if (const auto success = JsonMember(*result, "success")) {
      event.success = success->get_bool().value_unsafe();
    }
    if (const auto duration = JsonText(JsonMember(*result, "duration"))) {
      COFILTER_ASSIGN_OR_RETURN(const double seconds,
                                ParseIsoDuration("result.duration", *duration));
      event.duration_seconds = static_cast<float>(seconds);
    }
    const std::optional<JsonElement> extensions = JsonMember(*result, "extensions");
    if (!extensions.has_value()) return absl::OkStatus();
    for (const auto& [name, scale] : {std::pair(kVideoProgress, 1.0), {kCmi5Progress, 0.01}}) {
      const std::optional<JsonElement> value = JsonMember(*extensions, name);
      if (!value.has_value()) continue;
      // Some players write the number as text.
      std::string text;
      if (!JsonScalarText(*value, text)) text = "{…}";
      COFILTER_ASSIGN_OR_RETURN(const double progress,
                                ParseNumberField("result.extensions progress", text));
      if (!(progress >= 0 && progress * scale <= 1)) {
        return FieldError("result.extensions progress", text, scale == 1 ? "0 to 1" : "0 to 100");
      }
      event.progress = static_cast<float>(progress * scale);
    }
    return absl::OkStatus();
  }

  static void ReadContext(JsonElement statement, Event& event) {
    const std::optional<JsonElement> context = JsonMember(statement, "context");
    if (!context.has_value()) return;
    const auto session = JsonText(JsonMember(*context, {"extensions", kVideoSession}));
    const auto registration = JsonText(JsonMember(*context, "registration"));
    event.session_id = session.value_or(registration.value_or(std::string_view()));
    if (event.session_id.size() > kMaxIdBytes) event.session_id.clear();
  }

  // What the statement says of its activity, once.
  void Describe(const std::string& item_id, JsonElement object, LineRecords& out) {
    const std::optional<JsonElement> definition = JsonMember(object, "definition");
    if (!definition.has_value() || item_id.empty()) return;
    if (described_.size() >= kDescribed || !described_.insert(item_id).second) return;
    Item& item = out.described.emplace_back();
    item.item_id = item_id;
    item.kind =
        KindOfType(JsonText(JsonMember(*definition, "type")).value_or(""), options_.item_kind);
    item.title = ChooseText(JsonMember(*definition, "name"), &item.language);
    item.summary = ChooseText(JsonMember(*definition, "description"), nullptr);
  }

  // The text in the language that is wanted, else in English, else the first.
  std::string ChooseText(std::optional<JsonElement> map, std::string* language) const {
    dom::object texts;
    if (!map.has_value() || map->get_object().get(texts) != simdjson::SUCCESS) return {};
    std::string_view best, best_tag;
    int best_rank = 0;
    for (const dom::key_value_pair entry : texts) {
      const std::string_view text = JsonText(entry.value).value_or("");
      const int rank = !options_.language.empty() && entry.key == options_.language ? 3
                       : entry.key.starts_with("en")                                ? 2
                                                                                    : 1;
      if (rank <= best_rank || text.empty()) continue;
      best_rank = rank;
      best = text;
      best_tag = entry.key;
    }
    if (language != nullptr && best_tag.size() <= 35) language->assign(best_tag);
    std::string chosen(CutUtf8(best, kMaxTextBytes));
    // Titles are lines.
    for (char& c : chosen) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return chosen;
  }

  // One event for each agent: the actor, or the members of a group.
  std::vector<std::string> MembersOf(JsonElement actor) const {
    std::vector<std::string> members;
    dom::array list;
    const std::optional<JsonElement> given = JsonMember(actor, "member");
    if (JsonText(JsonMember(actor, "objectType")) == "Group" && given.has_value() &&
        given->get_array().get(list) == simdjson::SUCCESS) {
      for (const JsonElement member : list) {
        std::string id = XapiIdentifier(member, options_.account_home);
        if (std::find(members.begin(), members.end(), id) == members.end())
          members.push_back(std::move(id));
      }
    }
    if (members.empty()) members.push_back(XapiIdentifier(actor, options_.account_home));
    return members;
  }

  static std::string PartId(const std::string& id, std::size_t part, std::size_t parts) {
    return parts == 1 ? id : absl::StrCat(id, "/", part + 1);
  }

  void Spread(JsonElement actor, const Event& event, VerbUse* use, LineRecords& out) {
    const std::vector<std::string> members = MembersOf(actor);
    Remember(event.event_id, members);
    for (std::size_t i = 0; i < members.size(); ++i) {
      ReadEvent& read = out.events.emplace_back(ReadEvent{event, use});
      read.event.member_id = members[i];
      read.event.event_id = PartId(event.event_id, i, members.size());
    }
  }

  void Remember(const std::string& event_id, const std::vector<std::string>& members) {
    if (whose_.size() >= kRemembered) return;
    if (members.size() > 1) {
      groups_.emplace(event_id, members);
      return;
    }
    const auto [place, added] =
        member_numbers_.emplace(members.front(), static_cast<std::uint32_t>(members_.size()));
    if (added) members_.push_back(members.front());
    whose_.emplace(KeyOf(event_id), place->second);
  }

  // 64 bits of a random UUID are enough to tell some millions apart.
  static std::uint64_t KeyOf(const std::string& event_id) {
    return runtime::FastChecksum(std::as_bytes(std::span(event_id)));
  }

  // A store lets a member's event be taken back in that member's name only, and voiding statements
  // carry the administrator's.
  absl::Status ReadVoid(JsonElement actor, JsonElement object, Event& event, LineRecords& out) {
    const std::string voided = LowerCase(*JsonText(JsonMember(object, "id")));
    std::vector<std::string> members;
    if (const auto group = groups_.find(voided); group != groups_.end()) {
      members = group->second;
    } else if (const auto known = whose_.find(KeyOf(voided)); known != whose_.end()) {
      members = {members_[known->second]};
    } else {
      members = MembersOf(actor);
      ++out.unresolved;
    }
    event.verb = Verb::kRetract;
    for (std::size_t i = 0; i < members.size(); ++i) {
      ReadEvent& read = out.events.emplace_back(ReadEvent{event, nullptr});
      read.event.member_id = members[i];
      read.event.event_id = PartId(event.event_id, i, members.size());
      read.event.retracts_event_id = PartId(voided, i, members.size());
    }
    return absl::OkStatus();
  }

  const ReaderOptions options_;
  JsonDocument document_;
  absl::flat_hash_set<std::string> described_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> whose_;
  absl::flat_hash_map<std::string, std::uint32_t> member_numbers_;
  std::vector<std::string> members_;
  absl::flat_hash_map<std::string, std::vector<std::string>> groups_;
};

RecordKind LooksLike(std::span<const std::string> lines) {
  JsonDocument document;
  const absl::StatusOr<JsonElement> root = document.Parse(lines.front());
  if (!root.ok()) return RecordKind::kUnknown;
  JsonElement statement = *root;
  if (const auto list = JsonMember(statement, "statements")) statement = *list;
  if (dom::array array; statement.get_array().get(array) == simdjson::SUCCESS && array.size() > 0) {
    statement = array.at(0).value_unsafe();
  }
  if (const auto inner = JsonMember(statement, "statement")) statement = *inner;
  const bool right =
      JsonMember(statement, {"verb", "id"}).has_value() ||
      (JsonMember(statement, "actor").has_value() && JsonMember(statement, "object").has_value());
  return right ? RecordKind::kEvents : RecordKind::kUnknown;
}

}  // namespace

const ImportFormat kXapiFormat = {
    .name = "xapi",
    .title = "xAPI statements",
    .verbs = XapiVerbs(),
    .looks_like = LooksLike,
    .create = [](const ReaderOptions& options) -> absl::StatusOr<std::unique_ptr<RecordReader>> {
      return std::make_unique<XapiReader>(options);
    }};

}  // namespace cofilter::data
