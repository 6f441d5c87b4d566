// Rows and overlay of one operator, kept up to date.
#include "service/snapshot/operator_state.h"

#include <optional>

namespace cofilter::service {
namespace {

std::shared_ptr<const std::vector<data::Band>> BandsOf(const models::Operator& op) {
  std::vector<std::uint32_t> degrees(op.items());
  for (std::uint32_t row = 0; row < op.items(); ++row) {
    degrees[row] = static_cast<std::uint32_t>(op.degree(row));
  }
  return std::make_shared<const std::vector<data::Band>>(data::PopularityBands(degrees));
}

}  // namespace

OperatorState::OperatorState(const models::Operator* op, std::uint32_t kinds)
    : op_(op), kinds_(kinds), bands_(BandsOf(*op)) {}

bool OperatorState::TieKey(ItemKey key, std::string_view item_id) {
  const std::optional<std::uint32_t> row = op_->FindRow(item_id);
  if (!row.has_value()) return false;
  if (rows_.RowOf(key) == *row) return true;
  rows_.Bind(key, *row);
  overlay_.Drop(key);
  binding_ = nullptr;
  return true;
}

void OperatorState::TakeItem(const CatalogueItem& item) {
  const bool served = ((kinds_ >> static_cast<unsigned>(item.kind)) & 1u) != 0;
  if (served && op_->parameters().ranker.has_value()) {
    binding_ = nullptr;
    profiles_.Put(*op_, item.key, item.item);
  }
  if (rows_.RowOf(item.key) != kNoRow) return;
  binding_ = nullptr;
  if (served) {
    overlay_.Put(*op_, item.key, item.item);
  } else {
    overlay_.Drop(item.key);
  }
}

std::shared_ptr<const OperatorBinding> OperatorState::Binding() {
  if (binding_ == nullptr) {
    auto binding = std::make_shared<OperatorBinding>();
    binding->op = op_;
    binding->rows = rows_.Share();
    binding->overlay = overlay_.Share();
    binding->bands = bands_;
    binding->profiles = profiles_.Share();
    binding_ = std::move(binding);
  }
  return binding_;
}

std::uint32_t KindsOfOperator(const ServerConfig& config, std::string_view operator_name) {
  std::uint32_t kinds = 0;
  for (const auto& [name, surface] : config.surfaces) {
    if (surface.operator_name != operator_name) continue;
    for (const data::ItemKind kind : surface.kinds) kinds |= 1u << static_cast<unsigned>(kind);
  }
  return kinds;
}

}  // namespace cofilter::service
