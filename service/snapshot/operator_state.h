// The binding of one operator while it is being kept up to date.
#ifndef COFILTER_SERVICE_SNAPSHOT_OPERATOR_STATE_H_
#define COFILTER_SERVICE_SNAPSHOT_OPERATOR_STATE_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "service/config/config.h"
#include "service/snapshot/catalogue.h"
#include "service/snapshot/model_binding.h"

namespace cofilter::service {

// Not thread-safe; what Binding returns is.
class OperatorState {
 public:
  // kinds: of all surfaces that the operator serves, bit 1 << ItemKind.
  // Cost: sorts the operator's items by popularity.
  OperatorState(const models::Operator* op, std::uint32_t kinds);

  const models::Operator* op() const { return op_; }
  // The id got that key. True when the operator knows it: then the overlay lets it go.
  bool TieKey(ItemKey key, std::string_view item_id);
  // The item is new or changed: embeds it where the operator does not know it.
  void TakeItem(const CatalogueItem& item);
  // The same object until something changed.
  std::shared_ptr<const OperatorBinding> Binding();

 private:
  const models::Operator* op_;
  std::uint32_t kinds_;
  std::shared_ptr<const std::vector<data::Band>> bands_;
  RowTable rows_;
  Overlay overlay_;
  ContentProfiles profiles_;
  std::shared_ptr<const OperatorBinding> binding_;
};

// The kinds of the surfaces that name the operator; 0: none does.
std::uint32_t KindsOfOperator(const ServerConfig& config, std::string_view operator_name);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_OPERATOR_STATE_H_
