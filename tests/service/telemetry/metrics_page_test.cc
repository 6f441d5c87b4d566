// The page counts what happened, Prometheus can read it, and what asks for a metric asks for one
// that is there.
#include "service/telemetry/metrics_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "runtime/files.h"
#include "tests/service/rpc/running_server.h"
#include "tests/service/telemetry/metric_names.h"

namespace cofilter::service {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class MetricsPageTest : public testing::Test {
 protected:
  std::string Page() { return MetricsPage(server_.server().parts(), server_.clock.Now()); }

  RunningServer server_;
};

TEST_F(MetricsPageTest, CountsCallsByMethodAndCode) {
  server_.Recommend("ann");
  v1::RecommendItemsRequest request;
  request.set_member_id("ann");
  request.set_surface("nowhere");
  v1::RecommendItemsResponse response;
  EXPECT_EQ(Call(*server_.recommendations, &v1::RecommendationService::Stub::RecommendItems,
                 request, &response)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  const std::string page = Page();
  const std::string labels =
      R"({grpc_type="unary",grpc_service="cofilter.v1.RecommendationService",)"
      R"(grpc_method="RecommendItems")";
  EXPECT_THAT(page, HasSubstr("grpc_server_started_total" + labels + "} 2\n"));
  EXPECT_THAT(page, HasSubstr("grpc_server_handled_total" + labels + R"(,grpc_code="OK"} 1)"));
  EXPECT_THAT(page,
              HasSubstr("grpc_server_handled_total" + labels + R"(,grpc_code="NotFound"} 1)"));
  EXPECT_THAT(page, HasSubstr("grpc_server_handling_seconds_count" + labels + "} 2\n"));
  EXPECT_THAT(page, HasSubstr("grpc_server_handling_seconds_bucket" + labels + R"(,le="+Inf"} 2)"));
}

TEST_F(MetricsPageTest, CountsWhatWasServed) {
  server_.Record({server_.Event("e1", "ann", "n0000")});
  const v1::Recommendation list = server_.Recommend("ann");
  ASSERT_EQ(list.items_size(), 10);
  server_.Recommend("ann");
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr(R"(cofilter_lists_total{surface="news",level="personalised"} 2)"));
  // Both lists hold the same ten.
  EXPECT_THAT(page, HasSubstr(R"(cofilter_listed_distinct_items{surface="news"} 10)"));
  EXPECT_THAT(page, HasSubstr(R"(cofilter_eligible_items{surface="news"} 60)"));
  double items = 0;
  const std::regex line(R"(cofilter_listed_items_total\{surface="news",band="[a-z]+"\} ([0-9]+))");
  for (std::sregex_iterator at(page.begin(), page.end(), line), end; at != end; ++at) {
    items += std::stod((*at)[1]);
  }
  EXPECT_EQ(items, 20);
}

TEST_F(MetricsPageTest, CountsEventsByWhatBecameOfThem) {
  server_.Record({server_.Event("e1", "ann", "n0000"), server_.Event("e2", "ann", "unheard-of")});
  server_.Record({server_.Event("e1", "ann", "n0000")});
  v1::Event old = server_.Event("e3", "ann", "n0001");
  old.mutable_occurred_at()->set_seconds(old.occurred_at().seconds() - 2 * 86400);
  server_.Record({old});
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr(R"(cofilter_events_total{outcome="recorded"} 3)"));
  EXPECT_THAT(page, HasSubstr(R"(cofilter_events_total{outcome="repeated"} 1)"));
  EXPECT_THAT(page, HasSubstr(R"(cofilter_events_out_of_time_total{kind="stale"} 1)"));
  EXPECT_THAT(page, HasSubstr("cofilter_event_unknown_items_total 1\n"));
  EXPECT_THAT(page, HasSubstr(R"(cofilter_store_seconds_count{operation="record_events"} 3)"));
}

TEST_F(MetricsPageTest, SaysHowOldTheModelIs) {
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr("cofilter_model_version 1\n"));
  EXPECT_THAT(page, HasSubstr("cofilter_model_age_seconds 86400\n"));
  EXPECT_THAT(page, HasSubstr("cofilter_ready 1\n"));
}

TEST_F(MetricsPageTest, PrometheusReadsIt) {
#ifdef PROMTOOL
  server_.Recommend("ann");
  const auto directory = runtime::TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  const std::string path = directory->path() + "/page";
  std::ofstream(path) << Page();
  // Says what it dislikes on its output, and exits 3 for style alone.
  EXPECT_EQ(std::system((std::string(PROMTOOL) + " check metrics < " + path).c_str()), 0);
#else
  GTEST_SKIP() << "promtool is not installed (package prometheus)";
#endif
}

TEST_F(MetricsPageTest, DashboardAndAlertsAskForMetricsThatAreThere) {
  server_.Record({server_.Event("e1", "ann", "n0000")});
  server_.Recommend("ann");
  const std::set<std::string> there = MetricNamesOfPage(Page());
  const auto dashboard =
      runtime::ReadFile(COFILTER_SOURCE_DIR "/docker/grafana/cofilter.json", 1 << 20);
  ASSERT_TRUE(dashboard.ok());
  std::size_t expressions = 0;
  const nlohmann::json parsed = nlohmann::json::parse(*dashboard);
  for (const auto& panel : parsed["panels"]) {
    for (const auto& target : panel.value("targets", nlohmann::json::array())) {
      ++expressions;
      for (const std::string& name : MetricNamesIn(target["expr"].get<std::string>())) {
        EXPECT_TRUE(there.contains(name)) << name << " in panel " << panel["title"];
      }
    }
  }
  EXPECT_GT(expressions, 10u);
  const auto alerts =
      runtime::ReadFile(COFILTER_SOURCE_DIR "/docker/prometheus/alerts.yml", 1 << 20);
  ASSERT_TRUE(alerts.ok());
  const std::regex expr(R"(\n +expr: ([^\n]+))");
  std::size_t rules = 0;
  for (std::sregex_iterator at(alerts->begin(), alerts->end(), expr), end; at != end; ++at) {
    ++rules;
    for (const std::string& name : MetricNamesIn((*at)[1].str())) {
      // `up` is Prometheus's own.
      EXPECT_TRUE(name == "up" || there.contains(name)) << name << " in an alert";
    }
  }
  EXPECT_GE(rules, 8u);
}

TEST_F(MetricsPageTest, EveryAlertHasAnEntryInTheRunbook) {
  const auto alerts =
      runtime::ReadFile(COFILTER_SOURCE_DIR "/docker/prometheus/alerts.yml", 1 << 20);
  const auto runbook = runtime::ReadFile(COFILTER_SOURCE_DIR "/docs/runbook.md", 1 << 20);
  ASSERT_TRUE(alerts.ok());
  ASSERT_TRUE(runbook.ok());
  const std::regex alert(R"(- alert: (\w+))");
  for (std::sregex_iterator at(alerts->begin(), alerts->end(), alert), end; at != end; ++at) {
    EXPECT_THAT(*runbook, HasSubstr("## " + (*at)[1].str() + "\n"));
  }
}

TEST_F(MetricsPageTest, EveryMetricIsInTheDocument) {
  const auto document = runtime::ReadFile(COFILTER_SOURCE_DIR "/docs/metrics.md", 1 << 20);
  ASSERT_TRUE(document.ok());
  std::istringstream lines(Page());
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.starts_with("# TYPE ")) continue;
    const std::string name = line.substr(7, line.find(' ', 7) - 7);
    EXPECT_THAT(*document, HasSubstr("`" + name + "`"));
  }
}

TEST(MetricNamesTest, FindsNamesAndNothingElse) {
  EXPECT_EQ(MetricNamesIn("sum by (grpc_method) (rate(a_total{code!=\"OK\"}[5m])) / "
                          "on (x) group_left sum(b) > 0.5 and c offset 5m"),
            (std::set<std::string>{"a_total", "b", "c"}));
  EXPECT_EQ(MetricNamesIn("histogram_quantile(0.99, sum(rate(h_bucket[5m])) by (le)) > 1e3"),
            (std::set<std::string>{"h_bucket"}));
  EXPECT_THAT(MetricNamesIn("vector(1)"), IsEmpty());
}

}  // namespace
}  // namespace cofilter::service
