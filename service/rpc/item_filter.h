// The filters of ListItems.
#ifndef COFILTER_SERVICE_RPC_ITEM_FILTER_H_
#define COFILTER_SERVICE_RPC_ITEM_FILTER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cofilter/v1/catalogue_service.pb.h"
#include "data/item.h"

namespace cofilter::service {

class ItemFilter {
 public:
  // Errors: INVALID_ARGUMENT that names the field.
  static absl::StatusOr<ItemFilter> Create(const v1::ListItemsRequest& request);

  bool Passes(const data::Item& item) const;
  // Equal for equal filters: what a page token is bound to.
  const std::string& text() const { return text_; }

 private:
  std::vector<data::ItemKind> kinds_;
  std::vector<data::ItemState> states_;
  std::vector<std::string> topics_;
  std::string publisher_;
  std::string title_contains_;  // lower case
  std::string text_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_ITEM_FILTER_H_
