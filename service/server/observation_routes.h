// What those who run the server look at by HTTP: health, readiness, metrics.
#ifndef COFILTER_SERVICE_SERVER_OBSERVATION_ROUTES_H_
#define COFILTER_SERVICE_SERVER_OBSERVATION_ROUTES_H_

#include "runtime/clock.h"
#include "service/http/router.h"
#include "service/identity/identity.h"
#include "service/rpc/server.h"

namespace cofilter::service {

// GET /healthz: 200 while the process answers. GET /readyz: 200 once lists can be made, 503 before.
// GET /metrics: the Prometheus page, for the roles operator and auditor; 401 and 403 otherwise. All
// outlive the router.
void AddObservationRoutes(Server* server, Identity* identity, const runtime::Clock* clock,
                          http::Router* router);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SERVER_OBSERVATION_ROUTES_H_
