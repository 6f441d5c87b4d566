// What each surface may serve now: rows of its operator, items of the overlay, the newest.
#ifndef COFILTER_SERVICE_SNAPSHOT_ELIGIBILITY_H_
#define COFILTER_SERVICE_SNAPSHOT_ELIGIBILITY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/row_set.h"
#include "runtime/clock.h"
#include "service/config/config.h"
#include "service/snapshot/catalogue.h"
#include "service/snapshot/model_binding.h"

namespace cofilter::service {

// An item that the surface's operator does not know.
struct OverlayCandidate {
  ItemKey key = 0;
  // nullptr: nothing of its content is known, trending and newest reach it.
  const models::ForeignItem* item = nullptr;
  std::uint32_t slot = 0;  // Overlay::Slot
};

// One surface of a snapshot. Immutable. Valid for the time of the snapshot: a time boundary that
// has passed since is for the filter to find.
struct SurfaceView {
  const SurfaceConfig* config = nullptr;
  std::uint32_t kinds = 0;                         // bit 1 << ItemKind
  std::shared_ptr<const OperatorBinding> binding;  // nullptr: no such operator, or no model
  models::RowSet eligible;                         // rows of the operator
  std::vector<OverlayCandidate> overlay;           // in no order
  std::vector<ItemKey> newest;                     // the latest published first, at most kNewest
  std::size_t items = 0;                           // that may be served

  static constexpr std::size_t kNewest = 2048;
};

// Keeps one surface's sets up to date, an item at a time. Not thread-safe.
class SurfaceIndex {
 public:
  explicit SurfaceIndex(const SurfaceConfig* config);

  const SurfaceConfig& config() const { return *config_; }
  bool Serves(data::ItemKind kind) const { return (kinds_ >> static_cast<unsigned>(kind)) & 1u; }

  // A new operator, or the same one with rows or embeddings added. Follow with an Update of every
  // item that this may move: all of them for a new operator.
  void Bind(std::shared_ptr<const OperatorBinding> binding);
  // The item is new, changed, or at a time boundary.
  void Update(const CatalogueItem& item, runtime::Time now);
  // The same object until something changed. Cost: two bytes an item and some microseconds after a
  // change.
  std::shared_ptr<const SurfaceView> View();

 private:
  void SetOverlay(const CatalogueItem& item, bool in);
  void SetNewest(const CatalogueItem& item, bool in);

  const SurfaceConfig* const config_;
  std::uint32_t kinds_ = 0;
  std::shared_ptr<const OperatorBinding> binding_;
  models::RowSet eligible_;
  std::vector<OverlayCandidate> overlay_;
  std::unordered_map<ItemKey, std::size_t> overlay_place_;
  std::unordered_map<ItemKey, runtime::Time> served_;  // key → visible_from it was filed under
  std::set<std::pair<std::int64_t, ItemKey>> newest_;  // (−visible_from, key)
  std::shared_ptr<const SurfaceView> view_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_ELIGIBILITY_H_
