// What a request runs on: who calls, for which organisation, by when it must be answered.
#ifndef COFILTER_SERVICE_REQUEST_CONTEXT_H_
#define COFILTER_SERVICE_REQUEST_CONTEXT_H_

#include <string>
#include <vector>

#include "runtime/clock.h"
#include "service/trace_context.h"

namespace cofilter::service {

struct RequestContext {
  std::string organisation;
  std::string caller;                     // identity; "local" until callers can prove who they are
  std::vector<std::string> roles;         // "operator" until then
  const runtime::Clock* clock = nullptr;  // never null in use
  runtime::Time deadline = runtime::Time::max();  // by `clock`
  TraceContext trace;                             // from traceparent, or made here
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_REQUEST_CONTEXT_H_
