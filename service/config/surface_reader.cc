// The keys of a surface, their checks and defaults.
#include "service/config/surface_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/verb_weights.h"
#include "runtime/status_macros.h"
#include "service/config/config_reader.h"

namespace cofilter::service {
namespace {

using data::Verb;

constexpr std::array<std::string_view, 16> kKeys = {"kinds",         "operator",
                                                    "exclude",       "weights",
                                                    "dial",          "sources",
                                                    "diversity",     "freshness_half_life",
                                                    "count",         "trending_half_life",
                                                    "topic_cap",     "repeat_limit",
                                                    "repeat_window", "candidates",
                                                    "impressions",   "exploration"};

// Editors' items come by their rules, which have a switch of their own.
constexpr std::array<std::pair<std::string_view, Source>, 7> kSources = {
    {{"neighbours", Source::kNeighbours},
     {"global", Source::kGlobal},
     {"content", Source::kContent},
     {"popular_in_unit", Source::kPopularInUnit},
     {"trending", Source::kTrending},
     {"popular", Source::kPopular},
     {"newest", Source::kNewest}}};

bool IsSurfaceName(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string AllVerbs() {
  std::string names;
  for (int verb = 1; verb < data::kVerbCount; ++verb) {
    absl::StrAppend(&names, names.empty() ? "" : ", ",
                    std::string(data::VerbName(static_cast<Verb>(verb))));
  }
  return names;
}

std::uint32_t Bit(Verb verb) { return 1u << static_cast<unsigned>(verb); }

// Those that can make an interaction.
std::vector<std::string_view> WeightedVerbs() {
  std::vector<std::string_view> verbs;
  for (int i = 1; i < data::kVerbCount; ++i) {
    const auto verb = static_cast<Verb>(i);
    if (verb == Verb::kImpression || verb == Verb::kVisit || verb == Verb::kRetract) continue;
    verbs.push_back(data::VerbName(verb));
  }
  return verbs;
}

absl::Status ReadKinds(const TableReader& table, std::vector<data::ItemKind>& kinds) {
  std::vector<std::string> names;
  COFILTER_RETURN_IF_ERROR(table.ReadTexts("kinds", names));
  for (const std::string& name : names) {
    const std::optional<data::ItemKind> kind = data::ParseItemKind(name);
    if (!kind.has_value()) {
      return table.Error("kinds", "any of news, article, course, material, video, activity");
    }
    if (std::find(kinds.begin(), kinds.end(), *kind) != kinds.end()) {
      return table.Error("kinds", absl::StrCat("each kind once; ", name, " is there twice"));
    }
    kinds.push_back(*kind);
  }
  return absl::OkStatus();
}

absl::Status ReadExclude(const TableReader& table, SurfaceConfig& surface) {
  if (table.Find("exclude") == nullptr) return absl::OkStatus();
  std::vector<std::string> names;
  COFILTER_RETURN_IF_ERROR(table.ReadTexts("exclude", names));
  surface.exclude_verbs = 0;
  for (const std::string& name : names) {
    const std::optional<Verb> verb = data::ParseVerb(name);
    if (!verb.has_value()) return table.Error("exclude", absl::StrCat("any of ", AllVerbs()));
    surface.exclude_verbs |= Bit(*verb);
  }
  return absl::OkStatus();
}

absl::Status ReadSources(const TableReader& table, SurfaceConfig& surface) {
  if (table.Find("sources") == nullptr) return absl::OkStatus();
  std::vector<std::string> names;
  COFILTER_RETURN_IF_ERROR(table.ReadTexts("sources", names));
  for (const auto& [name, source] : kSources) {
    if (std::erase(names, name) == 0) surface.sources &= ~(1u << static_cast<unsigned>(source));
  }
  if (names.empty()) return absl::OkStatus();
  return table.Error(
      "sources", "any of neighbours, global, content, popular_in_unit, trending, popular, newest");
}

absl::Status ReadWeights(std::string_view origin, const TableReader& table,
                         SurfaceConfig& surface) {
  const toml::value* value = table.Find("weights");
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_table())
    return table.Error("weights", "a table of verbs: {read = 1.0, open = 0.3}");
  const TableReader weights(origin, table.Path("weights"), value->as_table());
  const std::vector<std::string_view> verbs = WeightedVerbs();
  COFILTER_RETURN_IF_ERROR(weights.CheckKeys(verbs));
  surface.verb_weights.fill(0);
  for (const std::string_view name : verbs) {
    double weight = 0;
    COFILTER_RETURN_IF_ERROR(weights.ReadNumber(name, 0, 1, weight));
    surface.verb_weights[static_cast<std::size_t>(*data::ParseVerb(name))] =
        static_cast<float>(weight);
  }
  return absl::OkStatus();
}

}  // namespace

SurfaceConfig SurfaceDefaults(std::string_view name, std::vector<data::ItemKind> kinds) {
  SurfaceConfig surface;
  surface.name = std::string(name);
  surface.operator_name = surface.name;
  surface.kinds = std::move(kinds);
  const bool news =
      std::any_of(surface.kinds.begin(), surface.kinds.end(), [](data::ItemKind kind) {
        return kind == data::ItemKind::kNews || kind == data::ItemKind::kArticle;
      });
  surface.verb_weights = (news ? data::VerbWeights::News() : data::VerbWeights::Learning()).weights;
  for (const Verb verb : {Verb::kComplete, Verb::kPass, Verb::kDismiss})
    surface.exclude_verbs |= Bit(verb);
  if (news) surface.exclude_verbs |= Bit(Verb::kRead);
  surface.trending_half_life_hours = news ? 24 : 14 * 24;
  return surface;
}

absl::StatusOr<SurfaceConfig> ReadSurface(std::string_view origin, std::string_view name,
                                          const toml::value& value) {
  const std::string path = absl::StrCat("surfaces.", std::string(name));
  if (!value.is_table()) return ConfigError(origin, value, path, "a table, [surfaces.NAME]");
  if (!IsSurfaceName(name)) {
    return ConfigError(origin, value, path, "a name of 1 to 32 characters of a-z, 0-9, _ and -");
  }
  const TableReader table(origin, path, value.as_table());
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(kKeys));

  std::vector<data::ItemKind> kinds;
  COFILTER_RETURN_IF_ERROR(ReadKinds(table, kinds));
  if (kinds.empty()) {
    return ConfigError(origin, value, absl::StrCat(path, ".kinds"),
                       "at least one of news, article, course, material, video, activity");
  }
  SurfaceConfig surface = SurfaceDefaults(name, std::move(kinds));
  COFILTER_RETURN_IF_ERROR(table.ReadText("operator", surface.operator_name));
  if (!IsSurfaceName(surface.operator_name)) {
    return table.Error("operator", "a name of 1 to 32 characters of a-z, 0-9, _ and -");
  }
  COFILTER_RETURN_IF_ERROR(ReadExclude(table, surface));
  COFILTER_RETURN_IF_ERROR(ReadWeights(origin, table, surface));
  COFILTER_RETURN_IF_ERROR(table.ReadNumber("dial", 0, 1, surface.dial));
  COFILTER_RETURN_IF_ERROR(ReadSources(table, surface));
  COFILTER_RETURN_IF_ERROR(table.ReadNumber("diversity", 0, 1, surface.diversity));
  COFILTER_RETURN_IF_ERROR(table.ReadNumber("topic_cap", 0, 1, surface.topic_cap));
  COFILTER_RETURN_IF_ERROR(table.ReadCount("repeat_limit", 0, 1000, surface.repeat_limit));
  COFILTER_RETURN_IF_ERROR(table.ReadHours("repeat_window", surface.repeat_window_hours));
  if (table.Find("freshness_half_life") != nullptr) {
    double hours = 0;
    COFILTER_RETURN_IF_ERROR(table.ReadHours("freshness_half_life", hours));
    surface.freshness_half_life_hours = hours;
  }
  COFILTER_RETURN_IF_ERROR(table.ReadHours("trending_half_life", surface.trending_half_life_hours));
  COFILTER_RETURN_IF_ERROR(table.ReadCount("count", 1, 500, surface.default_count));
  COFILTER_RETURN_IF_ERROR(table.ReadCount("candidates", 0, 100'000, surface.candidates));
  std::string impressions = "confirmed";
  COFILTER_RETURN_IF_ERROR(table.ReadText("impressions", impressions));
  if (impressions != "confirmed" && impressions != "served") {
    return table.Error("impressions", "confirmed or served");
  }
  if (impressions == "served") surface.impressions = Impressions::kServed;
  COFILTER_RETURN_IF_ERROR(table.ReadNumber("exploration", 0, 0.5, surface.exploration));
  return surface;
}

}  // namespace cofilter::service
