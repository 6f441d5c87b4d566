// Property by property, as the xAPI Data document (1.0.3, 2.0) defines them.
#include "data/import/xapi_checks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

namespace dom = simdjson::dom;

constexpr std::array<std::string_view, 4> kIdentifiers = {"account", "mbox", "mbox_sha1sum",
                                                          "openid"};
constexpr std::array<std::string_view, 10> kInteractionTypes = {
    "true-false",  "choice",     "fill-in", "long-fill-in", "matching",
    "performance", "sequencing", "likert",  "numeric",      "other"};
constexpr std::array<std::string_view, 5> kComponents = {"choices", "scale", "source", "target",
                                                         "steps"};
constexpr std::array<std::string_view, 4> kContextActivities = {"parent", "grouping", "category",
                                                                "other"};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool Has(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A scheme, a colon, something, and none of the characters that no IRI has.
bool IsIri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  if (!IsLetter(text.front())) return false;
  const std::string_view scheme = text.substr(0, colon);
  const bool scheme_right = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
  });
  return scheme_right && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == 0x7f ||
                  std::string_view("<>\"{}|\\^`").find(c) != std::string_view::npos;
         });
}

// The shape that RFC 5646 gives a tag: subtags of 1 to 8 letters and digits, the first of 2 to 8
// letters (or x, i).
bool IsLanguageTag(std::string_view tag) {
  bool first = true;
  while (true) {
    const std::size_t end = std::min(tag.find('-'), tag.size());
    const std::string_view part = tag.substr(0, end);
    if (part.empty() || part.size() > 8) return false;
    if (first && !std::all_of(part.begin(), part.end(), IsLetter)) return false;
    if (first && part.size() == 1 &&
        (end == tag.size() ||
         Has(std::array{std::string_view("x"), std::string_view("i")}, part) == false)) {
      return false;
    }
    if (!std::all_of(part.begin(), part.end(), [](char c) { return IsLetter(c) || IsDigit(c); }))
      return false;
    if (end == tag.size()) return true;
    tag.remove_prefix(end + 1);
    first = false;
  }
}

bool IsObject(JsonElement value) { return value.is_object(); }

std::string Shown(JsonElement value) {
  std::string text;
  if (JsonScalarText(value, text)) return text;
  return value.is_null() ? "null" : IsObject(value) ? "{…}" : "[…]";
}

absl::Status Wrong(std::string_view path, JsonElement value, std::string_view right) {
  return FieldError(path, Shown(value), right);
}

absl::Status Missing(std::string_view path, std::string_view right) {
  return FieldError(path, "", right);
}

std::string Path(std::string_view parent, std::string_view name) {
  return parent.empty() ? std::string(name)
                        : absl::StrCat(std::string(parent), ".", std::string(name));
}

// A member of whatever type; null counts as given, since xAPI forbids it where we look.
std::optional<JsonElement> Given(JsonElement object, std::string_view key) {
  JsonElement value;
  if (object.at_key(key).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

absl::Status CheckIri(std::string_view path, std::optional<JsonElement> value) {
  constexpr std::string_view kRight = "an IRI such as http://example.org/a";
  if (!value.has_value()) return Missing(path, kRight);
  const std::optional<std::string_view> text = JsonText(*value);
  return text.has_value() && IsIri(*text) ? absl::OkStatus() : Wrong(path, *value, kRight);
}

absl::Status CheckUuid(std::string_view path, std::optional<JsonElement> value) {
  constexpr std::string_view kRight = "a UUID such as 123e4567-e89b-42d3-a456-426614174000";
  if (!value.has_value()) return Missing(path, kRight);
  const std::optional<std::string_view> text = JsonText(*value);
  return text.has_value() && IsUuid(*text) ? absl::OkStatus() : Wrong(path, *value, kRight);
}

absl::Status CheckLanguageMap(std::string_view path, std::optional<JsonElement> value) {
  if (!value.has_value()) return absl::OkStatus();
  dom::object map;
  if (value->get_object().get(map) != simdjson::SUCCESS)
    return Wrong(path, *value, "texts by language tag");
  for (const dom::key_value_pair entry : map) {
    if (!IsLanguageTag(entry.key)) {
      return FieldError(path, entry.key, "language tags such as en-GB as its names");
    }
    if (!entry.value.is_string()) return Wrong(Path(path, entry.key), entry.value, "text");
  }
  return absl::OkStatus();
}

absl::Status CheckTime(std::string_view path, std::optional<JsonElement> value) {
  if (!value.has_value()) return absl::OkStatus();
  const std::optional<std::string_view> text = JsonText(*value);
  if (!text.has_value()) return Wrong(path, *value, "a time such as 2026-11-24T08:00:00Z");
  return ParseTimeField(path, *text).status();
}

absl::Status CheckAccount(std::string_view path, JsonElement account) {
  if (!IsObject(account)) return Wrong(path, account, "an object with homePage and name");
  COFILTER_RETURN_IF_ERROR(CheckIri(Path(path, "homePage"), Given(account, "homePage")));
  const std::optional<JsonElement> name = Given(account, "name");
  if (!name.has_value()) return Missing(Path(path, "name"), "a text");
  const std::optional<std::string_view> text = JsonText(*name);
  return text.has_value() && !text->empty() ? absl::OkStatus()
                                            : Wrong(Path(path, "name"), *name, "a text");
}

absl::Status CheckIdentifier(std::string_view path, std::string_view name, JsonElement value) {
  const std::string at = Path(path, name);
  if (name == "account") return CheckAccount(at, value);
  if (name == "openid") return CheckIri(at, value);
  const std::string_view text = JsonText(value).value_or(std::string_view());
  if (name == "mbox") {
    const std::size_t sign = text.find('@');
    const bool right = text.starts_with("mailto:") && sign != std::string_view::npos && sign > 7 &&
                       sign + 1 < text.size() && IsIri(text);
    return right ? absl::OkStatus() : Wrong(at, value, "mailto: and an address");
  }
  const bool right = text.size() == 40 && std::all_of(text.begin(), text.end(), IsHexDigit);
  return right ? absl::OkStatus() : Wrong(at, value, "40 hexadecimal digits");
}

enum class Who { kAgent, kAgentOrGroup };

absl::Status CheckActor(std::string_view path, std::optional<JsonElement> value, Who who) {
  if (!value.has_value()) return Missing(path, "an agent or a group");
  if (!IsObject(*value)) return Wrong(path, *value, "an agent or a group");
  const JsonElement actor = *value;
  bool group = false;
  if (const auto type = Given(actor, "objectType")) {
    group = JsonText(*type) == "Group";
    if (!(group && who == Who::kAgentOrGroup) && JsonText(*type) != "Agent") {
      return Wrong(Path(path, "objectType"), *type,
                   who == Who::kAgent ? "Agent" : "Agent or Group");
    }
  }
  int identifiers = 0;
  for (const std::string_view name : kIdentifiers) {
    const std::optional<JsonElement> identifier = Given(actor, name);
    if (!identifier.has_value()) continue;
    ++identifiers;
    COFILTER_RETURN_IF_ERROR(CheckIdentifier(path, name, *identifier));
  }
  const std::optional<JsonElement> members = Given(actor, "member");
  if (identifiers > 1 || (identifiers == 0 && !group)) {
    return FieldError(path, absl::StrCat(identifiers, " identifiers"),
                      "exactly one of account, mbox, mbox_sha1sum, openid");
  }
  if (!group) return absl::OkStatus();
  dom::array list;
  const bool is_list = members.has_value() && members->get_array().get(list) == simdjson::SUCCESS;
  if (members.has_value() && !is_list) return Wrong(Path(path, "member"), *members, "agents");
  if (identifiers == 0 && (!is_list || list.size() == 0)) {
    return Missing(Path(path, "member"), "the members of a group that nothing identifies");
  }
  if (!is_list) return absl::OkStatus();
  std::size_t number = 0;
  for (const JsonElement member : list) {
    COFILTER_RETURN_IF_ERROR(CheckActor(absl::StrCat(std::string(path), ".member[", number++, "]"),
                                        member, Who::kAgent));
  }
  return absl::OkStatus();
}

absl::Status CheckVerb(std::string_view path, std::optional<JsonElement> verb) {
  if (!verb.has_value()) return Missing(path, "a verb with an id");
  if (!IsObject(*verb)) return Wrong(path, *verb, "a verb with an id");
  COFILTER_RETURN_IF_ERROR(CheckIri(Path(path, "id"), Given(*verb, "id")));
  return CheckLanguageMap(Path(path, "display"), Given(*verb, "display"));
}

absl::Status CheckComponents(std::string_view path, JsonElement definition) {
  for (const std::string_view name : kComponents) {
    const std::optional<JsonElement> components = Given(definition, name);
    if (!components.has_value()) continue;
    dom::array list;
    if (components->get_array().get(list) != simdjson::SUCCESS)
      return Wrong(Path(path, name), *components, "a list");
    std::size_t number = 0;
    for (const JsonElement component : list) {
      const std::string at = absl::StrCat(Path(path, name), "[", number++, "]");
      if (!IsObject(component)) return Wrong(at, component, "an object");
      COFILTER_RETURN_IF_ERROR(
          CheckLanguageMap(Path(at, "description"), Given(component, "description")));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckActivity(std::string_view path, JsonElement activity) {
  COFILTER_RETURN_IF_ERROR(CheckIri(Path(path, "id"), Given(activity, "id")));
  const std::optional<JsonElement> definition = Given(activity, "definition");
  if (!definition.has_value()) return absl::OkStatus();
  const std::string at = Path(path, "definition");
  if (!IsObject(*definition)) return Wrong(at, *definition, "an object");
  COFILTER_RETURN_IF_ERROR(CheckLanguageMap(Path(at, "name"), Given(*definition, "name")));
  COFILTER_RETURN_IF_ERROR(
      CheckLanguageMap(Path(at, "description"), Given(*definition, "description")));
  if (const auto type = Given(*definition, "type")) {
    COFILTER_RETURN_IF_ERROR(CheckIri(Path(at, "type"), *type));
  }
  if (const auto type = Given(*definition, "interactionType")) {
    const std::optional<std::string_view> text = JsonText(*type);
    if (!text.has_value() || !Has(kInteractionTypes, *text)) {
      return Wrong(Path(at, "interactionType"), *type, "one of choice, fill-in, matching, …");
    }
  }
  return CheckComponents(at, *definition);
}

absl::Status CheckResult(std::string_view path, std::optional<JsonElement> result) {
  if (!result.has_value()) return absl::OkStatus();
  if (!IsObject(*result)) return Wrong(path, *result, "an object");
  for (const std::string_view name : {"success", "completion"}) {
    const std::optional<JsonElement> truth = Given(*result, name);
    if (truth.has_value() && !truth->is_bool())
      return Wrong(Path(path, name), *truth, "true or false");
  }
  if (const auto score = Given(*result, "score")) {
    if (!IsObject(*score)) return Wrong(Path(path, "score"), *score, "an object");
    if (const auto scaled = Given(*score, "scaled")) {
      const std::string at = Path(path, "score.scaled");
      COFILTER_ASSIGN_OR_RETURN(const double value, JsonNumber(at, *scaled));
      if (!(value >= -1 && value <= 1)) return Wrong(at, *scaled, "-1 to 1");
    }
  }
  if (const auto duration = Given(*result, "duration")) {
    const std::optional<std::string_view> text = JsonText(*duration);
    if (!text.has_value()) return Wrong(Path(path, "duration"), *duration, "such as PT1H30M");
    COFILTER_RETURN_IF_ERROR(ParseIsoDuration(Path(path, "duration"), *text).status());
  }
  return absl::OkStatus();
}

absl::Status CheckContext(std::string_view path, std::optional<JsonElement> context) {
  if (!context.has_value()) return absl::OkStatus();
  if (!IsObject(*context)) return Wrong(path, *context, "an object");
  if (const auto registration = Given(*context, "registration")) {
    COFILTER_RETURN_IF_ERROR(CheckUuid(Path(path, "registration"), *registration));
  }
  if (const auto language = Given(*context, "language")) {
    const std::optional<std::string_view> text = JsonText(*language);
    if (!text.has_value() || !IsLanguageTag(*text))
      return Wrong(Path(path, "language"), *language, "a language tag such as en-GB");
  }
  const std::optional<JsonElement> activities = Given(*context, "contextActivities");
  if (!activities.has_value()) return absl::OkStatus();
  dom::object groups;
  if (activities->get_object().get(groups) != simdjson::SUCCESS)
    return Wrong(Path(path, "contextActivities"), *activities, "an object");
  for (const dom::key_value_pair group : groups) {
    if (!Has(kContextActivities, group.key)) {
      return FieldError(Path(path, "contextActivities"), group.key,
                        "parent, grouping, category or other as its names");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBody(std::string_view path, JsonElement statement, bool nested);

absl::Status CheckObject(std::string_view path, std::optional<JsonElement> value, bool nested) {
  if (!value.has_value()) return Missing(path, "an activity, agent, statement reference, …");
  if (!IsObject(*value)) return Wrong(path, *value, "an activity, agent, statement reference, …");
  const std::optional<JsonElement> type = Given(*value, "objectType");
  const std::string_view name = type.has_value() ? JsonText(*type).value_or("?") : "Activity";
  if (name == "Activity") return CheckActivity(path, *value);
  if (name == "Agent" || name == "Group") return CheckActor(path, *value, Who::kAgentOrGroup);
  if (name == "StatementRef") return CheckUuid(Path(path, "id"), Given(*value, "id"));
  if (name == "SubStatement" && !nested) {
    for (const std::string_view forbidden : {"id", "stored", "version", "authority"}) {
      if (const auto given = Given(*value, forbidden))
        return Wrong(Path(path, forbidden), *given, "nothing, within a sub-statement");
    }
    return CheckBody(path, *value, /*nested=*/true);
  }
  return Wrong(Path(path, "objectType"), *type,
               nested ? "Activity, Agent, Group or StatementRef"
                      : "Activity, Agent, Group, StatementRef or SubStatement");
}

absl::Status CheckBody(std::string_view path, JsonElement statement, bool nested) {
  COFILTER_RETURN_IF_ERROR(
      CheckActor(Path(path, "actor"), Given(statement, "actor"), Who::kAgentOrGroup));
  COFILTER_RETURN_IF_ERROR(CheckVerb(Path(path, "verb"), Given(statement, "verb")));
  COFILTER_RETURN_IF_ERROR(CheckObject(Path(path, "object"), Given(statement, "object"), nested));
  COFILTER_RETURN_IF_ERROR(CheckResult(Path(path, "result"), Given(statement, "result")));
  COFILTER_RETURN_IF_ERROR(CheckContext(Path(path, "context"), Given(statement, "context")));
  return CheckTime(Path(path, "timestamp"), Given(statement, "timestamp"));
}

}  // namespace

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHexDigit(text[i])) return false;
  }
  return true;
}

absl::StatusOr<double> ParseIsoDuration(std::string_view field, std::string_view text) {
  struct Unit {
    char letter;
    double seconds;
  };
  constexpr std::array<Unit, 4> kDateUnits = {
      {{'Y', 31'556'952}, {'M', 2'629'746}, {'W', 604'800}, {'D', 86'400}}};
  constexpr std::array<Unit, 3> kTimeUnits = {{{'H', 3'600}, {'M', 60}, {'S', 1}}};
  const absl::Status wrong = FieldError(field, text, "an ISO 8601 duration such as PT1H30M");
  if (!text.starts_with('P')) return wrong;
  std::string_view rest = text.substr(1);
  double seconds = 0;
  std::span<const Unit> units = kDateUnits;
  bool any = false, in_time = false;
  while (!rest.empty()) {
    if (rest.front() == 'T' && !in_time) {
      in_time = true;
      any = false;  // something must follow
      units = kTimeUnits;
      rest.remove_prefix(1);
      continue;
    }
    double amount = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), amount, std::chars_format::fixed);
    if (error != std::errc() || amount < 0 || !IsDigit(rest.front())) return wrong;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.empty()) return wrong;
    const auto unit = std::find_if(units.begin(), units.end(),
                                   [&](const Unit& u) { return u.letter == rest.front(); });
    if (unit == units.end()) return wrong;
    seconds += amount * unit->seconds;
    // Units come in order, each once.
    units = units.subspan(static_cast<std::size_t>(unit - units.begin()) + 1);
    rest.remove_prefix(1);
    any = true;
  }
  if (!any) return wrong;
  return seconds;
}

std::string XapiIdentifier(JsonElement agent, std::string_view account_home) {
  if (const auto account = JsonMember(agent, "account")) {
    const std::string_view home = JsonText(JsonMember(*account, "homePage")).value_or("");
    const std::string_view name = JsonText(JsonMember(*account, "name")).value_or("");
    if (!account_home.empty() && home == account_home) return std::string(name);
    return absl::StrCat(std::string(home), "|", std::string(name));
  }
  if (const auto digest = JsonText(JsonMember(agent, "mbox_sha1sum"))) {
    return absl::StrCat("mbox_sha1sum:", std::string(*digest));
  }
  for (const std::string_view name : {"mbox", "openid"}) {
    if (const auto text = JsonText(JsonMember(agent, name))) return std::string(*text);
  }
  return {};
}

absl::Status CheckXapiStatement(JsonElement statement) {
  if (!IsObject(statement)) return FieldError("statement", Shown(statement), "an object");
  if (const auto id = Given(statement, "id")) COFILTER_RETURN_IF_ERROR(CheckUuid("id", *id));
  COFILTER_RETURN_IF_ERROR(CheckBody("", statement, /*nested=*/false));
  COFILTER_RETURN_IF_ERROR(CheckTime("stored", Given(statement, "stored")));
  // Only what is a statement can be taken back.
  const std::string_view verb = JsonText(JsonMember(statement, {"verb", "id"})).value_or("");
  if (verb == kXapiVoided &&
      JsonText(JsonMember(statement, {"object", "objectType"})) != "StatementRef") {
    return FieldError("object.objectType", "", "StatementRef, with the verb voided");
  }
  return absl::OkStatus();
}

}  // namespace cofilter::data
