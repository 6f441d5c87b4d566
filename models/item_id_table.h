// Finds the row of an item id.
#ifndef COFILTER_MODELS_ITEM_ID_TABLE_H_
#define COFILTER_MODELS_ITEM_ID_TABLE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "models/operator_views.h"

namespace cofilter::models {

// Ownership: the ids lie in the views' bytes, which must outlive the table.
// Thread-safety: immutable after creation.
class ItemIdTable {
 public:
  explicit ItemIdTable(const OperatorViews& views) {
    rows_.reserve(views.items());
    for (std::uint32_t row = 0; row < views.items(); ++row) {
      const std::string_view id = views.id(row);
      rows_.emplace(absl::string_view(id.data(), id.size()), row);
    }
  }

  std::optional<std::uint32_t> Find(std::string_view id) const {
    const auto found = rows_.find(absl::string_view(id.data(), id.size()));
    if (found == rows_.end()) return std::nullopt;
    return found->second;
  }

 private:
  absl::flat_hash_map<absl::string_view, std::uint32_t> rows_;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_ITEM_ID_TABLE_H_
