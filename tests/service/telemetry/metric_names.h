// The names of metrics that a PromQL expression asks for.
#ifndef COFILTER_TESTS_SERVICE_TELEMETRY_METRIC_NAMES_H_
#define COFILTER_TESTS_SERVICE_TELEMETRY_METRIC_NAMES_H_

#include <set>
#include <string>
#include <string_view>

namespace cofilter::service {

// Every identifier outside of braces, strings, durations, label lists and function calls.
std::set<std::string> MetricNamesIn(std::string_view expression);

// The families of a Prometheus page; of a histogram also name_bucket, name_sum and name_count.
std::set<std::string> MetricNamesOfPage(std::string_view page);

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_TELEMETRY_METRIC_NAMES_H_
