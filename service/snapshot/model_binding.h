// A loaded model tied to the catalogue: which row of each operator is which item.
#ifndef COFILTER_SERVICE_SNAPSHOT_MODEL_BINDING_H_
#define COFILTER_SERVICE_SNAPSHOT_MODEL_BINDING_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "models/model.h"
#include "service/snapshot/chunked_vector.h"
#include "service/snapshot/content_profiles.h"
#include "service/snapshot/overlay.h"
#include "service/store/keys.h"

namespace cofilter::service {

inline constexpr std::uint32_t kNoRow = 0xffffffff;

// Key ↔ row of one operator. Thread-safety: see ChunkedVector.
class RowTable {
 public:
  // kNoRow: the operator does not know the item.
  std::uint32_t RowOf(ItemKey key) const { return rows_.Get(key) - 1; }
  // 0: the store has no key for the item of that row.
  ItemKey KeyOf(std::uint32_t row) const { return keys_.Get(row); }

  void Bind(ItemKey key, std::uint32_t row) {
    rows_.Set(key, row + 1);
    keys_.Set(row, key);
  }
  RowTable Share() {
    RowTable copy;
    copy.rows_ = rows_.Share();
    copy.keys_ = keys_.Share();
    return copy;
  }

 private:
  ChunkedVector<std::uint32_t, 1024> rows_;  // row + 1; 0: none
  ChunkedVector<ItemKey, 1024> keys_;
};

// One operator as a call uses it. Immutable.
struct OperatorBinding {
  const models::Operator* op = nullptr;  // owned by the model
  RowTable rows;
  Overlay overlay;
  // Head, mid or tail of the training data. Shape: [items of the operator].
  std::shared_ptr<const std::vector<data::Band>> bands;
  ContentProfiles profiles;  // filled where the operator has a ranker
};

// Immutable. Operators that no surface names are left out.
struct ModelBinding {
  std::shared_ptr<const models::Model> model;
  std::vector<std::shared_ptr<const OperatorBinding>> operators;

  // nullptr: none of that name.
  std::shared_ptr<const OperatorBinding> Find(std::string_view name) const;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_MODEL_BINDING_H_
