// Health without identity, metrics with it.
#include "service/server/observation_routes.h"

#include <string>
#include <string_view>

#include "service/http/message.h"
#include "service/identity/denial.h"
#include "service/snapshot/snapshot_holder.h"
#include "service/telemetry/metrics_page.h"

namespace cofilter::service {
namespace {

constexpr std::string_view kMetricsPath = "/metrics";

http::Response Refusal(int status, std::string_view text) {
  http::Response response = http::TextResponse(status, text);
  if (status == 401) response.headers.push_back({"www-authenticate", "Bearer"});
  return response;
}

}  // namespace

void AddObservationRoutes(Server* server, Identity* identity, const runtime::Clock* clock,
                          http::Router* router) {
  router->Add("GET", "/healthz", [](const http::Request&, const http::Respond& respond) {
    respond([] { return http::TextResponse(200, "ok"); });
  });
  router->Add("GET", "/readyz", [server](const http::Request&, const http::Respond& respond) {
    const bool ready = server->parts().snapshots->Current()->loaded;
    respond([ready] {
      return ready ? http::TextResponse(200, "ready")
                   : http::TextResponse(503, "the catalogue has not been read yet");
    });
  });
  router->Add(
      "GET", kMetricsPath,
      [server, identity, clock](const http::Request& request, const http::Respond& respond) {
        const Authenticated who = identity->authenticator().Authenticate(
            http::Find(request.headers, "authorization").value_or(std::string_view()));
        if (who.caller == nullptr) {
          server->guard().Count(kMetricsPath, who.denial);
          respond([] { return Refusal(401, "a token of an operator or auditor is needed"); });
          return;
        }
        if (!who.caller->roles.Has(Role::kOperator) && !who.caller->roles.Has(Role::kAuditor)) {
          server->guard().Count(kMetricsPath, Denial::kRole, who.caller.get());
          respond([] { return Refusal(403, "for the roles operator and auditor"); });
          return;
        }
        // The page is made where the connection's own work is done.
        respond([server, clock] {
          http::Response response;
          response.headers = {{"content-type", kMetricsContentType}, {"cache-control", "no-store"}};
          response.body = MetricsPage(server->parts(), clock->Now());
          return response;
        });
      });
}

}  // namespace cofilter::service
