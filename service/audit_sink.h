// Takes what was done and by whom, for the record that is only ever added to.
#ifndef COFILTER_SERVICE_AUDIT_SINK_H_
#define COFILTER_SERVICE_AUDIT_SINK_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "service/request_context.h"
#include "service/store/store.h"

namespace cofilter::service {

// Thread-safety: all calls from any thread.
class AuditSink {
 public:
  virtual ~AuditSink() = default;
  // action: "models.promote"; subject: "models/12"; detail: JSON. Durable on return.
  // Errors: UNAVAILABLE: what was done must not stand without its record, so record first.
  virtual absl::Status Take(const RequestContext& context, std::string action, std::string subject,
                            std::string detail) = 0;
};

// Keeps them in the store, which must outlive it.
class StoreAuditSink final : public AuditSink {
 public:
  explicit StoreAuditSink(AuditStore* store) : store_(store) {}

  absl::Status Take(const RequestContext& context, std::string action, std::string subject,
                    std::string detail) override {
    AuditEntry entry;
    entry.at = context.clock->Now();
    entry.actor = context.caller;
    entry.action = std::move(action);
    entry.subject = std::move(subject);
    entry.detail = std::move(detail);
    return store_->Append(entry);
  }

 private:
  AuditStore* const store_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_AUDIT_SINK_H_
