// The table of entries, and values from text.
#include "training/setting_entries.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::training {
namespace {

constexpr char kNumber[] = "a number";
constexpr char kWhole[] = "a whole number";
constexpr char kSwitch[] = "true or false";
constexpr char kShape[] = "eleven numbers from 0 to 1 that never fall, such as \"0 0.1 0.2 … 1\"";

bool SetNumber(const SettingValue& value, double* place) {
  const double* number = std::get_if<double>(&value);
  if (number == nullptr || !std::isfinite(*number)) return false;
  *place = *number;
  return true;
}
bool SetNumber(const SettingValue& value, std::optional<double>* place) {
  double number = 0;
  if (!SetNumber(value, &number)) return false;
  *place = number;
  return true;
}
bool SetWhole(const SettingValue& value, std::optional<std::uint32_t>* place);
template <typename Whole>
bool SetWhole(const SettingValue& value, Whole* place) {
  const double* number = std::get_if<double>(&value);
  if (number == nullptr || *number != std::floor(*number) || *number < 0 || *number > 4e9)
    return false;
  *place = static_cast<Whole>(*number);
  return true;
}
bool SetWhole(const SettingValue& value, std::optional<std::uint32_t>* place) {
  std::uint32_t number = 0;
  if (!SetWhole(value, &number)) return false;
  *place = number;
  return true;
}
template <typename Switch>
bool SetSwitch(const SettingValue& value, Switch* place) {
  const bool* on = std::get_if<bool>(&value);
  if (on != nullptr) *place = *on;
  return on != nullptr;
}
constexpr const char* kProfiles[] = {"fast", "auto", "thorough"};  // in the order of Profile
bool SetProfile(const SettingValue& value, Profile* place) {
  const std::string* text = std::get_if<std::string>(&value);
  for (std::size_t p = 0; text != nullptr && p < std::size(kProfiles); ++p) {
    if (*text != kProfiles[p]) continue;
    *place = static_cast<Profile>(p);
    return true;
  }
  return false;
}
bool SetLists(const SettingValue& value, std::optional<models::ListKind>* place) {
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr || (*text != "local" && *text != "ridge")) return false;
  *place = *text == "ridge" ? models::ListKind::kRidge : models::ListKind::kLocal;
  return true;
}
bool SetShape(const SettingValue& value, std::optional<DialShape>* place) {
  const std::string* text = std::get_if<std::string>(&value);
  const std::optional<DialShape> shape = text == nullptr ? std::nullopt : ParseDialShape(*text);
  if (shape.has_value()) *place = shape;
  return shape.has_value();
}
template <typename Value>
nlohmann::json Given(const std::optional<Value>& value) {
  return value.has_value() ? nlohmann::json(*value) : nlohmann::json();
}

#define COFILTER_ENTRY(name, kind, help, setter, field)                                     \
  {                                                                                         \
    name, kind, help,                                                                       \
        [](TrainingSettings* s, const SettingValue& v) { return setter(v, &s->field); },    \
        [](const TrainingSettings& s) -> nlohmann::json { return nlohmann::json(s.field); } \
  }
#define COFILTER_OPTIONAL(name, kind, help, setter, field)                               \
  {                                                                                      \
    name, kind, help,                                                                    \
        [](TrainingSettings* s, const SettingValue& v) { return setter(v, &s->field); }, \
        [](const TrainingSettings& s) -> nlohmann::json { return Given(s.field); }       \
  }
#define COFILTER_GIVEN(name, help)                                                               \
  {                                                                                              \
    #name, kNumber, help,                                                                        \
        [](TrainingSettings* s, const SettingValue& v) { return SetNumber(v, &s->given.name); }, \
        [](const TrainingSettings& s) -> nlohmann::json { return Given(s.given.name); }          \
  }

constexpr SettingEntry kEntries[] = {
    {"lists", "local or ridge", "Kind of the lists; unset: local or ridge, whichever ranks better",
     [](TrainingSettings* s, const SettingValue& v) { return SetLists(v, &s->given.lists); },
     [](const TrainingSettings& s) -> nlohmann::json {
       if (!s.given.lists.has_value()) return nullptr;
       return *s.given.lists == models::ListKind::kRidge ? "ridge" : "local";
     }},
    {"profile", "fast, auto or thorough",
     "Large catalogues: fast (no ridge), auto (the ridge within ridge-budget) or thorough",
     [](TrainingSettings* s, const SettingValue& v) { return SetProfile(v, &s->profile); },
     [](const TrainingSettings& s) -> nlohmann::json {
       return kProfiles[static_cast<std::size_t>(s.profile)];
     }},
    COFILTER_GIVEN(p, "Source exponent of the lists, -2 to 2"),
    COFILTER_GIVEN(q, "Target exponent of the lists at notch 0, -2 to 2"),
    COFILTER_GIVEN(global_weight, "Weight of the global term, 0 to 1000"),
    COFILTER_GIVEN(pin, "Source exponent of the global term, -2 to 2"),
    COFILTER_GIVEN(qo, "Target exponent of the global term at notch 0, -2 to 2"),
    COFILTER_GIVEN(by_rank, "How fast older history counts less, by rank, 0 to 4"),
    COFILTER_GIVEN(by_age, "How fast older history counts less, by age in days, 0 to 4"),
    COFILTER_GIVEN(directed, "How loud the directed lists are beside the lists, 0 to 10; 0: none"),
    COFILTER_GIVEN(directed_p, "Source exponent of the directed lists, -2 to 2"),
    COFILTER_GIVEN(directed_q, "Target exponent of the directed lists at notch 0, -2 to 2"),
    COFILTER_GIVEN(trend, "Exponent of the trend's factor, 0 to 4; 0: none"),
    COFILTER_GIVEN(prior_events, "Imagined events that popularity counts for, 0 to 1000; 0: none"),
    COFILTER_GIVEN(dial_q, "What the dial's last notch adds to q, 0 to 2"),
    COFILTER_GIVEN(dial_qo, "What the dial's last notch adds to qo, 0 to 2"),
    {"dial_shape", kShape, "How far each notch goes of what the last one adds",
     [](TrainingSettings* s, const SettingValue& v) { return SetShape(v, &s->given.dial_shape); },
     [](const TrainingSettings& s) -> nlohmann::json {
       if (!s.given.dial_shape.has_value()) return nullptr;
       return DialShapeText(*s.given.dial_shape);
     }},
    COFILTER_ENTRY("dial_cost", kNumber, "Share of recall that the dial's last notch may cost",
                   SetNumber, dial_cost),
    COFILTER_ENTRY("rank", kWhole, "Directions of the global term; 0: by the catalogue's size",
                   SetWhole, rank),
    COFILTER_ENTRY("oversampling", kWhole, "Directions carried along", SetWhole, oversampling),
    COFILTER_ENTRY("rounds", kWhole, "Rounds of subspace iteration", SetWhole, rounds),
    COFILTER_ENTRY("neighbours", kWhole, "Local targets kept per item at each end of the dial",
                   SetWhole, neighbours),
    COFILTER_ENTRY("pair_limit", kWhole, "The latest so many of a history count pairs", SetWhole,
                   pair_limit),
    COFILTER_ENTRY("history_limit", kWhole, "The latest so many of a history are folded in",
                   SetWhole, history_limit),
    COFILTER_OPTIONAL("lambda", kNumber, "Ridge: regularisation; unset: by the catalogue's size",
                      SetNumber, ridge.lambda),
    COFILTER_OPTIONAL("lambda_is_relative", kSwitch,
                      "Ridge: lambda is a multiple of the mean diagonal", SetSwitch,
                      ridge.lambda_is_relative),
    COFILTER_OPTIONAL("ridge_member_exponent", kNumber, "Ridge: a, 0 to 2", SetNumber,
                      ridge.member_exponent),
    COFILTER_OPTIONAL("ridge_item_exponent", kNumber, "Ridge: b, 0 to 1", SetNumber,
                      ridge.item_exponent),
    COFILTER_OPTIONAL("ridge_neighbours", kWhole,
                      "Ridge targets kept per item at each end of the dial", SetWhole,
                      ridge.neighbours),
    COFILTER_ENTRY("directed_neighbours", kWhole,
                   "Directed targets kept per item at each end of the dial", SetWhole,
                   directed_neighbours),
    COFILTER_ENTRY("ridge_max_items", kWhole,
                   "Ridge: the exact inverse up to so many items, a polynomial past them", SetWhole,
                   ridge_max_items),
    COFILTER_ENTRY("ridge_tolerance", kNumber,
                   "Ridge: relative error of the polynomial, 1e-6 to 0.5", SetNumber,
                   ridge_tolerance),
    COFILTER_ENTRY("ridge_budget", kNumber,
                   "Profile auto: billions of multiply-adds that one ridge may take", SetNumber,
                   ridge_budget),
    COFILTER_ENTRY("content_buckets", kWhole,
                   "Buckets of text features, a power of two; 0: no content", SetWhole,
                   content_buckets),
    COFILTER_ENTRY("content_lambda", kNumber, "Ridge of the content relation; 0: chosen", SetNumber,
                   content_lambda),
    COFILTER_ENTRY("trend_half_life_days", kNumber, "Half-life of the trend; 0: fitted on the log",
                   SetNumber, trend_half_life_days),
    COFILTER_ENTRY("search", kSwitch, "Choose what is not given on a validation part", SetSwitch,
                   search),
    COFILTER_ENTRY("search_members", kWhole, "Members sampled for the search", SetWhole,
                   search_members),
    COFILTER_ENTRY("search_share", kNumber, "Share of each history that the search holds out",
                   SetNumber, search_share),
};

#undef COFILTER_ENTRY
#undef COFILTER_OPTIONAL
#undef COFILTER_GIVEN

const SettingEntry* FindEntry(std::string_view name) {
  for (const SettingEntry& entry : kEntries) {
    if (name == entry.name) return &entry;
  }
  return nullptr;
}

absl::Status NoSuchEntry(std::string_view where, std::string_view name) {
  std::string names;
  for (const SettingEntry& entry : kEntries)
    absl::StrAppend(&names, names.empty() ? "" : ", ", entry.name);
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(where), std::string(name), " is no setting; right: one of ", names));
}

std::string ValueText(const SettingValue& value) {
  if (const bool* on = std::get_if<bool>(&value)) return *on ? "true" : "false";
  if (const double* number = std::get_if<double>(&value)) return absl::StrCat(*number);
  return absl::StrCat("\"", std::get<std::string>(value), "\"");
}

}  // namespace

std::span<const SettingEntry> SettingEntries() { return kEntries; }

absl::Status ApplySetting(std::string_view where, std::string_view name, const SettingValue& value,
                          TrainingSettings* settings) {
  const SettingEntry* entry = FindEntry(name);
  if (entry == nullptr) return NoSuchEntry(where, name);
  if (entry->set(settings, value)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(std::string(where), entry->name, " is ",
                                                 ValueText(value), "; right: ", entry->kind));
}

absl::Status ApplySettingText(std::string_view where, std::string_view name,
                              const std::string& text, TrainingSettings* settings) {
  const SettingEntry* entry = FindEntry(name);
  if (entry == nullptr) return NoSuchEntry(where, name);
  SettingValue value = text;
  double number = 0;
  if (entry->kind == kSwitch && (text == "true" || text == "false")) {
    value = text == "true";
  } else if (absl::SimpleAtod(text, &number)) {
    value = number;
  }
  return ApplySetting(where, name, value, settings);
}

absl::Status ApplySettingsJson(const std::string& where, const nlohmann::json& values,
                               TrainingSettings* settings) {
  for (const auto& [name, value] : values.items()) {
    SettingValue plain;
    if (value.is_boolean()) {
      plain = value.get<bool>();
    } else if (value.is_number()) {
      plain = value.get<double>();
    } else if (value.is_string()) {
      plain = value.get<std::string>();
    } else {
      return absl::InvalidArgumentError(absl::StrCat(where, name, " is ", value.dump(),
                                                     "; right: a number, a text, true or false"));
    }
    COFILTER_RETURN_IF_ERROR(ApplySetting(where, name, plain, settings));
  }
  return absl::OkStatus();
}

nlohmann::json SettingsJson(const TrainingSettings& settings) {
  nlohmann::json json = nlohmann::json::object();
  for (const SettingEntry& entry : kEntries) {
    nlohmann::json value = entry.get(settings);
    if (!value.is_null()) json[entry.name] = std::move(value);
  }
  return json;
}

}  // namespace cofilter::training
