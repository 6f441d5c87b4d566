// Hands receipts to the store's queue.
#include "service/recommend/receipt_sink.h"

namespace cofilter::service {
namespace {

class StoreReceiptSink final : public ReceiptSink {
 public:
  explicit StoreReceiptSink(ReceiptStore* store) : store_(store) {}
  void Take(const Receipt& receipt) override {
    store_->Append(receipt.list.recommendation_id, SerialiseReceipt(receipt), receipt.at);
  }

 private:
  ReceiptStore* const store_;
};

}  // namespace

std::unique_ptr<ReceiptSink> MakeStoreReceiptSink(ReceiptStore* store) {
  return std::make_unique<StoreReceiptSink>(store);
}

}  // namespace cofilter::service
