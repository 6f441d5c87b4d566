// Which items ListItems answers.
#include "service/rpc/item_filter.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/rpc/wire_checks.h"

namespace cofilter::service {
namespace {

template <class T>
bool AnyOf(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

absl::StatusOr<ItemFilter> ItemFilter::Create(const v1::ListItemsRequest& request) {
  ItemFilter filter;
  COFILTER_ASSIGN_OR_RETURN(filter.kinds_, KindsFromProto("kinds", request.kinds()));
  for (int i = 0; i < request.states_size(); ++i) {
    const int state = request.states(i);
    if (!v1::ItemState_IsValid(state) || state == v1::ITEM_STATE_UNSPECIFIED) {
      return data::FieldError(absl::StrCat("states[", i, "]"), absl::StrCat(state),
                              "a state that v1.ItemState names");
    }
    filter.states_.push_back(static_cast<data::ItemState>(state));
  }
  COFILTER_RETURN_IF_ERROR(CheckIds("topics", request.topics()));
  filter.topics_.assign(request.topics().begin(), request.topics().end());
  COFILTER_RETURN_IF_ERROR(data::ValidateText("publisher", request.publisher(), data::kMaxIdBytes));
  filter.publisher_ = request.publisher();
  COFILTER_RETURN_IF_ERROR(
      data::ValidateText("title_contains", request.title_contains(), data::kMaxIdBytes));
  filter.title_contains_ = absl::AsciiStrToLower(request.title_contains());

  v1::ListItemsRequest bound = request;
  bound.clear_page_size();
  bound.clear_page_token();
  filter.text_ = bound.SerializeAsString();
  return filter;
}

bool ItemFilter::Passes(const data::Item& item) const {
  if (!AnyOf(kinds_, item.kind) || !AnyOf(states_, item.state)) return false;
  if (!publisher_.empty() && item.publisher != publisher_) return false;
  if (!topics_.empty() &&
      std::none_of(item.topics.begin(), item.topics.end(),
                   [this](const std::string& topic) { return AnyOf(topics_, topic); })) {
    return false;
  }
  return title_contains_.empty() ||
         absl::AsciiStrToLower(item.title).find(title_contains_) != std::string::npos;
}

}  // namespace cofilter::service
