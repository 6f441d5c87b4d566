// The checks that an operator's numbers hold together.
#include "models/operator_views.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "runtime/status_macros.h"

namespace cofilter::models {
namespace {

// Written so that NaN fails, and without an early way out so that it runs at memory speed.
bool AllWithin(std::span<const float> values, float low, float high) {
  bool within = true;
  for (const float value : values) within &= (value >= low) & (value <= high);
  return within;
}

absl::Status CheckNumbers(const std::string& name, std::span<const float> values, float low,
                          float high = kLargestMagnitude) {
  if (AllWithin(values, low, high)) return absl::OkStatus();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!AllWithin(values.subspan(i, 1), low, high)) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, "[", i, "] is ", values[i], "; right: ", low, " to ", high));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const std::string& name, std::size_t size, std::size_t right) {
  if (size == right) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " has ", size, " numbers; right: ", right));
}

absl::Status CheckOffsets(const std::string& name, std::span<const std::uint64_t> offsets,
                          std::size_t items, std::size_t total) {
  COFILTER_RETURN_IF_ERROR(CheckSize(name, offsets.size(), items + 1));
  if (offsets.front() != 0) {
    return absl::InvalidArgumentError(absl::StrCat(name, "[0] is ", offsets[0], "; right: 0"));
  }
  for (std::size_t i = 0; i < items; ++i) {
    if (offsets[i] > offsets[i + 1]) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, "[", i + 1, "] is less than the one before it"));
    }
  }
  if (offsets.back() != total) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " ends at ", offsets.back(), "; right: ", total));
  }
  return absl::OkStatus();
}

absl::Status CheckIds(const OperatorViews& views) {
  const std::uint32_t items = views.items();
  COFILTER_RETURN_IF_ERROR(
      CheckOffsets("ids.offsets", views.id_offsets, items, views.id_bytes.size()));
  for (std::uint32_t row = 0; row < items; ++row) {
    COFILTER_RETURN_IF_ERROR(data::ValidateId(absl::StrCat("item id of row ", row), views.id(row)));
    if (row > 0 && views.id(row - 1) >= views.id(row)) {
      return absl::InvalidArgumentError(
          absl::StrCat("item id of row ", row, " does not sort after the one before it"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckList(const std::string& name, const ListBlockView& list, std::uint32_t items) {
  COFILTER_RETURN_IF_ERROR(CheckSize(name + ".values", list.values.size(), list.targets.size()));
  COFILTER_RETURN_IF_ERROR(
      CheckOffsets(name + ".offsets", list.offsets, items, list.targets.size()));
  for (std::uint32_t source = 0; source < items; ++source) {
    const auto targets =
        list.targets.subspan(list.offsets[source], list.offsets[source + 1] - list.offsets[source]);
    bool holds = true;
    for (std::size_t t = 0; t < targets.size(); ++t) {
      holds &= targets[t] < items && targets[t] != source;
      holds &= t == 0 || targets[t - 1] < targets[t];
    }
    if (!holds) {
      return absl::InvalidArgumentError(absl::StrCat(name, ".targets of row ", source,
                                                     " are not rising rows below ", items,
                                                     " other than itself"));
    }
  }
  return CheckNumbers(name + ".values", list.values, -kLargestMagnitude);
}

absl::Status CheckRelation(const OperatorViews& views) {
  const ContentRelationView& relation = views.relation;
  const std::uint32_t items = views.items();
  COFILTER_RETURN_IF_ERROR(
      CheckSize("relation.values", relation.values.size(), relation.buckets.size()));
  COFILTER_RETURN_IF_ERROR(
      CheckOffsets("relation.offsets", relation.offsets, items, relation.buckets.size()));
  for (std::uint32_t row = 0; row < items; ++row) {
    bool holds = true;
    for (std::uint64_t at = relation.offsets[row]; at < relation.offsets[row + 1]; ++at) {
      holds &= relation.buckets[at] < views.content.buckets;
      holds &= at == relation.offsets[row] || relation.buckets[at - 1] < relation.buckets[at];
    }
    if (!holds) {
      return absl::InvalidArgumentError(absl::StrCat("relation.buckets of row ", row,
                                                     " are not rising buckets below ",
                                                     views.content.buckets));
    }
  }
  COFILTER_RETURN_IF_ERROR(CheckNumbers("relation.values", relation.values, 0, 1.001f));
  return CheckList("relation.near", relation.near, items);
}

absl::Status CheckContent(const OperatorViews& views) {
  const ContentMapView& content = views.content;
  if (content.buckets > kMaxBuckets) {
    return absl::InvalidArgumentError(
        absl::StrCat("content.buckets is ", content.buckets, "; right: at most ", kMaxBuckets));
  }
  COFILTER_RETURN_IF_ERROR(CheckSize("content.idf", content.idf.size(), content.buckets));
  const bool related = !views.relation.empty();
  COFILTER_RETURN_IF_ERROR(CheckSize("content.map", content.map.size(),
                                     related ? 0 : std::size_t{content.buckets} * views.dim));
  COFILTER_RETURN_IF_ERROR(CheckNumbers("content.idf", content.idf, 0));
  COFILTER_RETURN_IF_ERROR(CheckNumbers("content.map", content.map, -kLargestMagnitude));
  return related ? CheckRelation(views) : absl::OkStatus();
}

}  // namespace

bool IsOperatorName(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

absl::Status CheckViews(const OperatorViews& views) {
  if (!IsOperatorName(views.name)) {
    return absl::InvalidArgumentError(
        "the operator's name is wrong; right: 1 to 32 of a-z, 0-9, _ and -");
  }
  COFILTER_RETURN_IF_ERROR(views.parameters.Validate());
  COFILTER_RETURN_IF_ERROR(views.facts.Validate());
  if (views.degrees.size() >= 0x7fffffff) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", views.degrees.size(), " items; right: below 2^31"));
  }
  const std::uint32_t items = views.items();
  COFILTER_RETURN_IF_ERROR(CheckIds(views));
  COFILTER_RETURN_IF_ERROR(CheckNumbers("degrees", views.degrees, 0));
  COFILTER_RETURN_IF_ERROR(CheckSize("trend", views.trend.size(), items));
  COFILTER_RETURN_IF_ERROR(CheckNumbers("trend", views.trend, 0));
  COFILTER_RETURN_IF_ERROR(CheckSize("lists", views.lists.size(), views.parameters.lists.size()));
  for (std::size_t b = 0; b < views.lists.size(); ++b) {
    COFILTER_RETURN_IF_ERROR(CheckList(absl::StrCat("list", b), views.lists[b], items));
  }
  if (views.dim > kMaxDim) {
    return absl::InvalidArgumentError(
        absl::StrCat("dim is ", views.dim, "; right: at most ", kMaxDim));
  }
  COFILTER_RETURN_IF_ERROR(
      CheckSize("embeddings", views.embeddings.size(), std::size_t{items} * views.dim));
  COFILTER_RETURN_IF_ERROR(CheckNumbers("embeddings", views.embeddings, -kLargestMagnitude));
  return CheckContent(views);
}

}  // namespace cofilter::models
