// Reading operators out of TOML and reports.
#include "training/operator_plan.h"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>
#include <toml.hpp>

#include "absl/strings/str_cat.h"
#include "models/operator_views.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "training/setting_entries.h"

namespace cofilter::training {
namespace {

absl::Status EntryError(const std::string& path, const toml::value& value, const std::string& entry,
                        const std::string& right) {
  return absl::InvalidArgumentError(absl::StrCat(path, ":", value.location().line(), ": ", entry,
                                                 " is ", toml::format(value, 60),
                                                 "; right: ", right));
}

absl::StatusOr<toml::value> ParseToml(const std::string& path) {
  COFILTER_RETURN_IF_ERROR(runtime::ReadFile(path).status());  // says which file is missing
  try {
    return toml::parse(path);
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", error.what()));
  }
}

std::optional<SettingValue> ValueOf(const toml::value& value) {
  if (value.is_boolean()) return value.as_boolean();
  if (value.is_integer()) return static_cast<double>(value.as_integer());
  if (value.is_floating()) return value.as_floating();
  if (value.is_string()) return std::string(value.as_string());
  return std::nullopt;
}

absl::Status ApplyToml(const std::string& path, const std::string& prefix, const std::string& name,
                       const toml::value& value, TrainingSettings* settings) {
  const std::optional<SettingValue> plain = ValueOf(value);
  if (!plain.has_value())
    return EntryError(path, value, prefix + name, "a number, a text, true or false");
  return ApplySetting(absl::StrCat(path, ":", value.location().line(), ": ", prefix), name, *plain,
                      settings);
}

absl::Status ReadKinds(const std::string& path, const std::string& entry, const toml::value& value,
                       std::vector<data::ItemKind>* kinds) {
  const char* const right = "a list of news, article, course, material, video, activity";
  if (!value.is_array()) return EntryError(path, value, entry, right);
  for (const toml::value& element : value.as_array()) {
    const std::optional<data::ItemKind> kind =
        element.is_string() ? data::ParseItemKind(std::string(element.as_string())) : std::nullopt;
    if (!kind.has_value()) return EntryError(path, element, entry, right);
    if (std::find(kinds->begin(), kinds->end(), *kind) == kinds->end()) kinds->push_back(*kind);
  }
  return absl::OkStatus();
}

absl::Status ReadWeights(const std::string& path, const std::string& entry,
                         const toml::value& value, data::VerbWeights* weights) {
  if (!value.is_table())
    return EntryError(path, value, entry, "a table of verbs: {read = 1.0, open = 0.5}");
  *weights = {};
  for (const auto& [name, weight] : value.as_table()) {
    const std::optional<data::Verb> verb = data::ParseVerb(name);
    if (!verb.has_value())
      return EntryError(path, weight, entry + "." + name, "a verb such as read or complete");
    if (!weight.is_floating() && !weight.is_integer()) {
      return EntryError(path, weight, entry + "." + name, "a number from 0 to 1");
    }
    weights->of(*verb) = static_cast<float>(
        weight.is_integer() ? static_cast<double>(weight.as_integer()) : weight.as_floating());
  }
  const absl::Status valid = weights->Validate();
  if (!valid.ok()) return EntryError(path, value, entry, std::string(valid.message()));
  return absl::OkStatus();
}

bool IsNews(const std::vector<data::ItemKind>& kinds) {
  return std::any_of(kinds.begin(), kinds.end(), [](data::ItemKind kind) {
    return kind == data::ItemKind::kNews || kind == data::ItemKind::kArticle;
  });
}

void SetDefaultsByKind(OperatorPlan* plan) {
  const bool news = IsNews(plan->kinds);
  plan->weights =
      news || plan->kinds.empty() ? data::VerbWeights::News() : data::VerbWeights::Learning();
  if (news) plan->settings.trend_half_life_days = 2;
}

OperatorPlan PlanOf(std::string name, std::vector<data::ItemKind> kinds) {
  OperatorPlan plan;
  plan.settings.name = std::move(name);
  plan.kinds = std::move(kinds);
  SetDefaultsByKind(&plan);
  return plan;
}

// The operators that the surfaces name.
absl::Status ReadSurfaces(const std::string& path, const toml::value& surfaces,
                          std::map<std::string, OperatorPlan>* plans) {
  if (!surfaces.is_table()) return EntryError(path, surfaces, "surfaces", "tables [surfaces.NAME]");
  std::vector<std::string> names;
  for (const auto& [name, table] : surfaces.as_table()) names.push_back(name);
  std::sort(names.begin(), names.end());  // a TOML table has no order here
  for (const std::string& name : names) {
    const toml::value& table = surfaces.at(name);
    const std::string prefix = absl::StrCat("surfaces.", name, ".");
    if (!table.is_table())
      return EntryError(path, table, "surfaces." + name, "a table [surfaces.NAME]");
    std::string operator_name = name;
    if (table.contains("operator")) {
      const toml::value& value = table.at("operator");
      if (!value.is_string() || !models::IsOperatorName(std::string(value.as_string()))) {
        return EntryError(path, value, prefix + "operator", "1 to 32 of a-z, 0-9, - and _");
      }
      operator_name = std::string(value.as_string());
    }
    std::vector<data::ItemKind> kinds;
    if (table.contains("kinds"))
      COFILTER_RETURN_IF_ERROR(ReadKinds(path, prefix + "kinds", table.at("kinds"), &kinds));
    OperatorPlan plan = PlanOf(operator_name, kinds);
    if (table.contains("weights")) {
      COFILTER_RETURN_IF_ERROR(
          ReadWeights(path, prefix + "weights", table.at("weights"), &plan.weights));
    }
    const auto [at, added] = plans->try_emplace(operator_name, plan);
    if (added) continue;
    // Surfaces that share an operator: all their kinds, and for each verb the larger weight.
    if (kinds.empty()) at->second.kinds.clear();
    for (const data::ItemKind kind : kinds) {
      auto& known = at->second.kinds;
      if (!known.empty() && std::find(known.begin(), known.end(), kind) == known.end())
        known.push_back(kind);
    }
    for (int verb = 0; verb < data::kVerbCount; ++verb) {
      float& weight = at->second.weights.weights[static_cast<std::size_t>(verb)];
      weight = std::max(weight, plan.weights.weights[static_cast<std::size_t>(verb)]);
    }
  }
  return absl::OkStatus();
}

absl::Status ReadOperators(const std::string& path, const toml::value& operators,
                           std::map<std::string, OperatorPlan>* plans) {
  if (!operators.is_table())
    return EntryError(path, operators, "operators", "tables [operators.NAME]");
  for (const auto& [name, table] : operators.as_table()) {
    const std::string prefix = absl::StrCat("operators.", name, ".");
    if (!models::IsOperatorName(name)) {
      return EntryError(path, table, "operators." + name, "a name of 1 to 32 of a-z, 0-9, - and _");
    }
    if (!table.is_table())
      return EntryError(path, table, "operators." + name, "a table [operators.NAME]");
    OperatorPlan& plan = plans->try_emplace(name, PlanOf(name, {})).first->second;
    if (table.contains("kinds")) {
      plan.kinds.clear();
      COFILTER_RETURN_IF_ERROR(ReadKinds(path, prefix + "kinds", table.at("kinds"), &plan.kinds));
      SetDefaultsByKind(&plan);
    }
    for (const auto& [key, value] : table.as_table()) {
      if (key == "kinds") continue;
      if (key == "weights") {
        COFILTER_RETURN_IF_ERROR(ReadWeights(path, prefix + key, value, &plan.weights));
      } else {
        COFILTER_RETURN_IF_ERROR(ApplyToml(path, prefix, key, value, &plan.settings));
      }
    }
    const absl::Status valid = plan.settings.Validate();
    if (!valid.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", prefix, std::string(valid.message())));
    }
  }
  return absl::OkStatus();
}

// What the training measured of its dial; nullopt where it did not.
absl::StatusOr<std::optional<models::DialEffects>> EffectsOf(const std::string& path,
                                                             const nlohmann::json& one) {
  const auto dial = one.find("dial");
  if (dial == one.end() || !dial->is_object() || !dial->contains("recall")) return std::nullopt;
  models::TrainingFacts facts;
  models::DialEffects& effects = facts.dial.emplace();
  for (const auto& [name, place] :
       {std::pair{"recall", &effects.recall}, std::pair{"ndcg", &effects.ndcg},
        std::pair{"tail_recall", &effects.tail_recall}, std::pair{"coverage", &effects.coverage}}) {
    const nlohmann::json values = dial->value(name, nlohmann::json());
    bool holds = values.is_array() && values.size() == place->size();
    for (std::size_t notch = 0; holds && notch < place->size(); ++notch) {
      holds = values[notch].is_number();
      if (holds) (*place)[notch] = values[notch].get<double>();
    }
    if (holds) continue;
    return absl::InvalidArgumentError(absl::StrCat(path, ": dial.", name, " is ", values.dump(),
                                                   "; right: ", models::kNotches, " numbers"));
  }
  const absl::Status valid = facts.Validate();
  if (!valid.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(valid.message())));
  }
  return effects;
}

absl::Status ApplyReport(const std::string& path, std::vector<OperatorPlan>* plans) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text, runtime::ReadFile(path));
  const nlohmann::json report = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!report.is_object() || !report.contains("operators") || !report["operators"].is_array()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " is no training report; right: a report that cofilter-train wrote, or TOML"));
  }
  for (OperatorPlan& plan : *plans) {
    const auto at = std::find_if(
        report["operators"].begin(), report["operators"].end(), [&](const nlohmann::json& one) {
          return one.is_object() && one.value("name", nlohmann::json()) == plan.settings.name;
        });
    if (at == report["operators"].end()) {
      return absl::NotFoundError(absl::StrCat(path, " has no operator \"", plan.settings.name,
                                              "\"; right: a report of these operators"));
    }
    // First what was set, then what was chosen.
    for (const char* const part : {"settings", "parameters"}) {
      if (!at->contains(part) || !(*at)[part].is_object()) {
        return absl::InvalidArgumentError(absl::StrCat(path, ": operators[\"", plan.settings.name,
                                                       "\"].", part,
                                                       " is missing; right: an object"));
      }
      COFILTER_RETURN_IF_ERROR(
          ApplySettingsJson(absl::StrCat(path, ": ", part, "."), (*at)[part], &plan.settings));
    }
    COFILTER_ASSIGN_OR_RETURN(plan.settings.given.dial_effects, EffectsOf(path, *at));
  }
  return absl::OkStatus();
}

}  // namespace

bool ServesNews(const OperatorPlan& plan) {
  return std::any_of(plan.kinds.begin(), plan.kinds.end(), [](data::ItemKind kind) {
    return kind == data::ItemKind::kNews || kind == data::ItemKind::kArticle;
  });
}

std::vector<OperatorPlan> DefaultPlans() { return {PlanOf("all", {})}; }

absl::StatusOr<std::vector<OperatorPlan>> ReadPlans(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(const toml::value root, ParseToml(path));
  std::map<std::string, OperatorPlan> plans;
  if (root.contains("surfaces")) {
    COFILTER_RETURN_IF_ERROR(ReadSurfaces(path, root.at("surfaces"), &plans));
  } else if (!root.contains("operators")) {
    plans.emplace("news", PlanOf("news", {data::ItemKind::kNews, data::ItemKind::kArticle}));
    plans.emplace("learning",
                  PlanOf("learning", {data::ItemKind::kCourse, data::ItemKind::kMaterial,
                                      data::ItemKind::kVideo, data::ItemKind::kActivity}));
  }
  if (root.contains("operators"))
    COFILTER_RETURN_IF_ERROR(ReadOperators(path, root.at("operators"), &plans));
  std::vector<OperatorPlan> sorted;
  for (auto& [name, plan] : plans) sorted.push_back(std::move(plan));
  if (sorted.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " names no operator; right: [operators.NAME] or [surfaces.NAME]"));
  }
  return sorted;
}

absl::Status ApplyParameterFile(const std::string& path, std::vector<OperatorPlan>* plans) {
  if (path.ends_with(".json")) return ApplyReport(path, plans);
  COFILTER_ASSIGN_OR_RETURN(const toml::value root, ParseToml(path));
  if (!root.is_table()) return EntryError(path, root, "the file", "settings, one a line");
  for (OperatorPlan& plan : *plans) {
    for (const auto& [name, value] : root.as_table()) {
      COFILTER_RETURN_IF_ERROR(ApplyToml(path, "", name, value, &plan.settings));
    }
  }
  return absl::OkStatus();
}

absl::Status ApplyFlags(const std::vector<std::pair<std::string, std::string>>& flags,
                        std::vector<OperatorPlan>* plans) {
  for (OperatorPlan& plan : *plans) {
    for (const auto& [name, text] : flags) {
      COFILTER_RETURN_IF_ERROR(ApplySettingText("--", name, text, &plan.settings));
    }
    const absl::Status valid = plan.settings.Validate();
    if (!valid.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("operator \"", plan.settings.name, "\": ", std::string(valid.message())));
    }
  }
  return absl::OkStatus();
}

absl::Status KeepPlan(const std::string& name, bool from_file, std::vector<OperatorPlan>* plans) {
  if (!from_file && plans->size() == 1) {
    plans->front().settings.name = name;
    return absl::OkStatus();
  }
  std::string names;
  for (const OperatorPlan& plan : *plans)
    absl::StrAppend(&names, names.empty() ? "" : ", ", plan.settings.name);
  std::erase_if(*plans, [&](const OperatorPlan& plan) { return plan.settings.name != name; });
  if (plans->empty()) {
    return absl::NotFoundError(absl::StrCat("--operator is \"", name, "\"; right: one of ", names));
  }
  return absl::OkStatus();
}

}  // namespace cofilter::training
