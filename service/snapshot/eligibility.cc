// Moves items in and out of a surface's sets.
#include "service/snapshot/eligibility.h"

#include <algorithm>
#include <utility>

namespace cofilter::service {

SurfaceIndex::SurfaceIndex(const SurfaceConfig* config) : config_(config) {
  for (const data::ItemKind kind : config->kinds) kinds_ |= 1u << static_cast<unsigned>(kind);
}

void SurfaceIndex::Bind(std::shared_ptr<const OperatorBinding> binding) {
  if (binding == binding_) return;
  view_ = nullptr;
  const bool other_operator = (binding == nullptr ? nullptr : binding->op) !=
                              (binding_ == nullptr ? nullptr : binding_->op);
  binding_ = std::move(binding);
  if (!other_operator) return;
  overlay_.clear();
  overlay_place_.clear();
  eligible_ = models::RowSet(binding_ == nullptr ? 0 : binding_->op->items());
}

void SurfaceIndex::Update(const CatalogueItem& item, runtime::Time now) {
  const bool in = Serves(item.kind) && item.MayBeServed(now);
  if (!in && !served_.contains(item.key)) return;
  view_ = nullptr;
  SetNewest(item, in);
  const std::uint32_t row = binding_ == nullptr ? kNoRow : binding_->rows.RowOf(item.key);
  if (row != kNoRow) {
    if (in)
      eligible_.Add(row);
    else
      eligible_.Remove(row);
  }
  SetOverlay(item, in && binding_ != nullptr && row == kNoRow);
}

void SurfaceIndex::SetOverlay(const CatalogueItem& item, bool in) {
  const auto found = overlay_place_.find(item.key);
  if (!in) {
    if (found == overlay_place_.end()) return;
    const std::size_t hole = found->second;
    overlay_place_.erase(found);
    if (hole + 1 != overlay_.size()) {
      overlay_[hole] = overlay_.back();
      overlay_place_[overlay_[hole].key] = hole;
    }
    overlay_.pop_back();
    return;
  }
  const Overlay& overlay = binding_->overlay;
  const OverlayCandidate candidate{item.key, overlay.Find(item.key), overlay.Slot(item.key)};
  if (found != overlay_place_.end()) {
    overlay_[found->second] = candidate;
    return;
  }
  overlay_place_.emplace(item.key, overlay_.size());
  overlay_.push_back(candidate);
}

void SurfaceIndex::SetNewest(const CatalogueItem& item, bool in) {
  const auto rank = [](runtime::Time from) { return -(from.time_since_epoch().count() + 1); };
  const auto filed = served_.find(item.key);
  if (filed != served_.end()) {
    if (in && filed->second == item.visible_from) return;
    newest_.erase({rank(filed->second), item.key});
    served_.erase(filed);
  }
  if (!in) return;
  newest_.insert({rank(item.visible_from), item.key});
  served_.emplace(item.key, item.visible_from);
}

std::shared_ptr<const SurfaceView> SurfaceIndex::View() {
  if (view_ != nullptr) return view_;
  auto view = std::make_shared<SurfaceView>();
  view->config = config_;
  view->kinds = kinds_;
  view->binding = binding_;
  view->eligible = eligible_;
  view->overlay = overlay_;
  view->newest.reserve(std::min(SurfaceView::kNewest, newest_.size()));
  for (const auto& [rank, key] : newest_) {
    if (view->newest.size() == SurfaceView::kNewest) break;
    view->newest.push_back(key);
  }
  view->items = newest_.size();
  view_ = std::move(view);
  return view_;
}

}  // namespace cofilter::service
