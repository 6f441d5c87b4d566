// The fields of an item.
#include <array>

#include "data/field_access.h"
#include "data/field_checks.h"

namespace cofilter::data {
namespace {

using field_access::List;
using field_access::Plain;

absl::Status SetKind(Item& item, std::string_view name, std::string_view text) {
  const std::optional<ItemKind> kind = ParseItemKind(text);
  if (!kind.has_value()) {
    return FieldError(name, text, "one of news, article, course, material, video, activity");
  }
  item.kind = *kind;
  return absl::OkStatus();
}

absl::Status SetState(Item& item, std::string_view name, std::string_view text) {
  const std::optional<ItemState> state = ParseItemState(text);
  if (!state.has_value()) return FieldError(name, text, "active or retired");
  item.state = *state;
  return absl::OkStatus();
}

constexpr std::array kFields = {
    Plain<&Item::item_id>("item_id"),
    Field<Item>{"kind", FieldType::kText, SetKind,
                [](const Item& item, std::string& out) { out += ItemKindName(item.kind); },
                nullptr},
    Plain<&Item::title>("title"),
    Plain<&Item::summary>("summary"),
    List<&Item::topics>("topics"),
    Plain<&Item::language>("language"),
    Plain<&Item::publisher>("publisher"),
    Plain<&Item::repost_of>("repost_of"),
    Plain<&Item::published_at>("published_at"),
    Plain<&Item::expires_at>("expires_at"),
    Plain<&Item::starts_at>("starts_at"),
    Plain<&Item::ends_at>("ends_at"),
    Plain<&Item::place>("place"),
    Plain<&Item::online>("online"),
    List<&Item::prerequisites>("prerequisites"),
    Plain<&Item::credits>("credits"),
    Plain<&Item::duration_seconds>("duration_seconds"),
    List<&Item::org_units>("org_units"),
    Plain<&Item::source_system>("source_system"),
    Field<Item>{"state", FieldType::kText, SetState,
                [](const Item& item, std::string& out) {
                  if (item.state != ItemState::kActive) out += ItemStateName(item.state);
                },
                nullptr},
};

}  // namespace

template <>
std::span<const Field<Item>> FieldsOf<Item>() {
  return kFields;
}

absl::Status CompleteRecord(Item& item) { return ValidateItem(item); }

void ClearRecord(Item& item) { item = Item{}; }

}  // namespace cofilter::data
