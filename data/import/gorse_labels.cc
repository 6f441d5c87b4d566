// Both ways side by side.
#include "data/import/gorse_labels.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"

namespace cofilter::data {
namespace {

constexpr std::string_view kKind = "kind:";
constexpr std::string_view kLanguage = "language:";
constexpr std::string_view kPublisher = "publisher:";
constexpr std::string_view kOrgUnit = "org_unit:";

bool TakePrefix(std::string_view prefix, std::string_view& text) {
  if (!text.starts_with(prefix) || text.size() == prefix.size()) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string Label(std::string_view prefix, std::string_view value) {
  return absl::StrCat(std::string(prefix), std::string(value));
}

}  // namespace

std::vector<std::string> GorseLabels(const Item& item) {
  std::vector<std::string> labels = {Label(kKind, ItemKindName(item.kind))};
  if (!item.language.empty()) labels.push_back(Label(kLanguage, item.language));
  if (!item.publisher.empty()) labels.push_back(Label(kPublisher, item.publisher));
  for (const std::string& unit : item.org_units) labels.push_back(Label(kOrgUnit, unit));
  return labels;
}

std::vector<std::string> GorseLabels(const Member& member) {
  std::vector<std::string> labels;
  if (!member.org_unit.empty()) labels.push_back(Label(kOrgUnit, member.org_unit));
  labels.insert(labels.end(), member.cohorts.begin(), member.cohorts.end());
  return labels;
}

absl::Status TakeGorseLabel(std::string_view label, Item& item) {
  if (std::string_view value = label; TakePrefix(kKind, value)) {
    const std::optional<ItemKind> kind = ParseItemKind(value);
    if (!kind) {
      return FieldError("Labels", label,
                        "kind: and one of news, article, course, material, video, activity");
    }
    item.kind = *kind;
  } else if (TakePrefix(kLanguage, value)) {
    item.language = value;
  } else if (TakePrefix(kPublisher, value)) {
    item.publisher = value;
  } else if (TakePrefix(kOrgUnit, value)) {
    item.org_units.emplace_back(value);
  } else if (std::find(item.topics.begin(), item.topics.end(), label) == item.topics.end()) {
    item.topics.emplace_back(label);
  }
  return absl::OkStatus();
}

void TakeGorseLabel(std::string_view label, Member& member) {
  if (std::string_view value = label; TakePrefix(kOrgUnit, value)) {
    member.org_unit = value;
  } else {
    member.cohorts.emplace_back(label);
  }
}

}  // namespace cofilter::data
