// Takes what was served, so that it can be explained and replayed later.
#ifndef COFILTER_SERVICE_RECOMMEND_RECEIPT_SINK_H_
#define COFILTER_SERVICE_RECOMMEND_RECEIPT_SINK_H_

#include <memory>

#include "service/recommend/receipt.h"
#include "service/store/store.h"

namespace cofilter::service {

// Thread-safety: all calls from any thread.
class ReceiptSink {
 public:
  virtual ~ReceiptSink() = default;
  // Must be quick: it runs before the answer leaves. What cannot be kept is dropped and counted.
  virtual void Take(const Receipt& receipt) = 0;
};

// Serialises here (a microsecond or two, less than a copy for another thread would cost) and leaves
// the writing to the store's queue. The store outlives it.
std::unique_ptr<ReceiptSink> MakeStoreReceiptSink(ReceiptStore* store);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_RECEIPT_SINK_H_
