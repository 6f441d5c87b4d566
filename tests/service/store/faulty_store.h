// A store that can be taken away and brought back: for tests of what the service does without one.
#ifndef COFILTER_TESTS_SERVICE_STORE_FAULTY_STORE_H_
#define COFILTER_TESTS_SERVICE_STORE_FAULTY_STORE_H_

#include <functional>
#include <memory>

#include "service/store/store.h"

namespace cofilter::service {

// Decorates a real store. Thread-safety: all calls from any thread.
class FaultyStore final : public Store {
 public:
  explicit FaultyStore(std::unique_ptr<Store> store);
  ~FaultyStore() override;

  // While away every call answers UNAVAILABLE, receipts are dropped, and nothing reaches the real
  // store.
  void SetAway(bool away);
  // Runs before each call, also while away: advance a simulated clock to make the store slow, or
  // block on something of the test's own. Empty: nothing.
  void BeforeEachCall(std::function<void()> hook);

  EventLog& events() override;
  MemberStateStore& members() override;
  CatalogueStore& catalogue() override;
  ChangeFeed& changes() override;
  ModelPointerStore& model_pointer() override;
  RuleStore& rules() override;
  ReceiptStore& receipts() override;
  AuditStore& audit() override;
  IdempotencyStore& idempotency() override;
  ImportStore& imports() override;
  absl::Status Check() override;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_STORE_FAULTY_STORE_H_
