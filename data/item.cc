// Kinds, states and the checks of an item.
#include "data/item.h"

#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

constexpr std::array<std::string_view, 7> kKindNames = {"",         "news",  "article", "course",
                                                        "material", "video", "activity"};
constexpr std::array<std::string_view, 3> kStateNames = {"", "active", "retired"};

template <typename Enum, std::size_t N>
std::string_view NameOf(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : std::string_view();
}

template <typename Enum, std::size_t N>
std::optional<Enum> ValueOf(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 1; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

absl::Status ValidateCount(std::string_view field, std::size_t count) {
  if (count <= kMaxListEntries) return absl::OkStatus();
  return FieldError(field, absl::StrCat(count, " entries"),
                    absl::StrCat("at most ", kMaxListEntries));
}

absl::Status ValidateWindow(const Item& item) {
  if (item.published_at && item.expires_at && *item.expires_at < *item.published_at) {
    return FieldError("expires_at", runtime::FormatTime(*item.expires_at),
                      "not before published_at");
  }
  if (item.starts_at && item.ends_at && *item.ends_at < *item.starts_at) {
    return FieldError("ends_at", runtime::FormatTime(*item.ends_at), "not before starts_at");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view ItemKindName(ItemKind kind) { return NameOf(kKindNames, kind); }

std::optional<ItemKind> ParseItemKind(std::string_view name) {
  return ValueOf<ItemKind>(kKindNames, name);
}

std::string_view ItemStateName(ItemState state) { return NameOf(kStateNames, state); }

std::optional<ItemState> ParseItemState(std::string_view name) {
  return ValueOf<ItemState>(kStateNames, name);
}

absl::Status ValidateItem(const Item& item) {
  COFILTER_RETURN_IF_ERROR(ValidateId("item_id", item.item_id));
  if (ItemKindName(item.kind).empty()) {
    return FieldError("kind", "", "one of news, article, course, material, video, activity");
  }
  if (ItemStateName(item.state).empty()) return FieldError("state", "", "active or retired");
  COFILTER_RETURN_IF_ERROR(ValidateText("title", item.title, kMaxTextBytes));
  COFILTER_RETURN_IF_ERROR(ValidateText("summary", item.summary, kMaxTextBytes));
  COFILTER_RETURN_IF_ERROR(ValidateCount("topics", item.topics.size()));
  for (const std::string& topic : item.topics) {
    COFILTER_RETURN_IF_ERROR(ValidateId("topics", topic));
  }
  COFILTER_RETURN_IF_ERROR(ValidateText("language", item.language, 35));
  COFILTER_RETURN_IF_ERROR(ValidateText("publisher", item.publisher, kMaxIdBytes));
  if (!item.repost_of.empty()) {
    COFILTER_RETURN_IF_ERROR(ValidateId("repost_of", item.repost_of));
    if (item.repost_of == item.item_id) {
      return FieldError("repost_of", item.repost_of, "another item's id");
    }
  }
  COFILTER_RETURN_IF_ERROR(ValidateWindow(item));
  COFILTER_RETURN_IF_ERROR(ValidateText("place", item.place, kMaxTextBytes));
  COFILTER_RETURN_IF_ERROR(ValidateCount("prerequisites", item.prerequisites.size()));
  for (const std::string& prerequisite : item.prerequisites) {
    COFILTER_RETURN_IF_ERROR(ValidateId("prerequisites", prerequisite));
    if (prerequisite == item.item_id) {
      return FieldError("prerequisites", prerequisite, "other items' ids");
    }
  }
  if (!(std::isfinite(item.credits) && item.credits >= 0)) {
    return FieldError("credits", absl::StrCat(item.credits), "0 or more");
  }
  if (item.duration_seconds &&
      !(std::isfinite(*item.duration_seconds) && *item.duration_seconds >= 0)) {
    return FieldError("duration_seconds", absl::StrCat(*item.duration_seconds), "0 or more");
  }
  COFILTER_RETURN_IF_ERROR(ValidateCount("org_units", item.org_units.size()));
  for (const std::string& path : item.org_units) {
    if (path.empty()) return FieldError("org_units", path, "a path such as \"/hq/research\"");
    COFILTER_RETURN_IF_ERROR(ValidateOrgUnit("org_units", path));
  }
  return ValidateText("source_system", item.source_system, kMaxIdBytes);
}

}  // namespace cofilter::data
