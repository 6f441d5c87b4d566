// An item of the catalogue: a piece of news to read or something to learn.
#ifndef COFILTER_DATA_ITEM_H_
#define COFILTER_DATA_ITEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "runtime/clock.h"

namespace cofilter::data {

// Values are stored: never renumber.
enum class ItemKind : std::uint8_t {
  kUnspecified = 0,
  kNews = 1,
  kArticle = 2,
  kCourse = 3,
  kMaterial = 4,
  kVideo = 5,
  kActivity = 6,
};
std::string_view ItemKindName(ItemKind kind);
std::optional<ItemKind> ParseItemKind(std::string_view name);

enum class ItemState : std::uint8_t { kUnspecified = 0, kActive = 1, kRetired = 2 };
std::string_view ItemStateName(ItemState state);
std::optional<ItemState> ParseItemState(std::string_view name);

struct Item {
  std::string item_id;
  ItemKind kind = ItemKind::kUnspecified;
  std::string title;
  std::string summary;
  std::vector<std::string> topics;
  std::string language;  // BCP 47: "zh-CN", "en"; empty: unknown
  std::string publisher;
  std::string repost_of;                      // item_id of the original; empty: original
  std::optional<runtime::Time> published_at;  // not served before
  std::optional<runtime::Time> expires_at;    // not served from then on
  std::optional<runtime::Time> starts_at;     // of an activity
  std::optional<runtime::Time> ends_at;
  std::string place;
  bool online = false;
  std::vector<std::string> prerequisites;  // item_ids that must be completed first
  double credits = 0;                      // ≥ 0
  std::optional<float> duration_seconds;   // expected effort, ≥ 0
  std::vector<std::string>
      org_units;  // paths "/a/b"; shown to members at or under one; empty: to all
  std::string source_system;
  ItemState state = ItemState::kActive;
  std::int64_t revision = 0;  // set by the store

  bool operator==(const Item&) const = default;
};

absl::Status ValidateItem(const Item& item);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_ITEM_H_
