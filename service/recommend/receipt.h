// The receipt of a list: for whom, when, from what, and what stood in it.
#ifndef COFILTER_SERVICE_RECOMMEND_RECEIPT_H_
#define COFILTER_SERVICE_RECOMMEND_RECEIPT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/recommend/recommendation.h"
#include "service/store/keys.h"

namespace cofilter::service {

struct Receipt {
  Recommendation list;  // without stages and next_page_token
  std::string organisation;
  std::string member_id;   // empty: a list of similar items for nobody
  std::string similar_to;  // item id, of a list of similar items
  std::string trace_id;
  runtime::Time at{};
  Sequence history_cursor = 0;  // the log position that the history was read at
  std::string variant;          // of an experiment; empty: none
  double propensity = 1;        // with which the list was chosen
};

// Bytes, from a version byte on: see receipt.cc for the order. Equal receipts give equal bytes.
std::string SerialiseReceipt(const Receipt& receipt);
// Errors: DATA_LOSS when it is cut short or altered, FAILED_PRECONDITION when its version is newer.
absl::StatusOr<Receipt> ParseReceipt(std::string_view bytes);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_RECEIPT_H_
