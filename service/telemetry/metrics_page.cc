// From the parts' own counters to metric families and their text.
#include "service/telemetry/metrics_page.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <chrono>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "service/identity/denial.h"
#include "service/recommend/recommender.h"
#include "service/rpc/call_guard.h"
#include "service/rpc/event_intake.h"
#include "service/snapshot/snapshot_holder.h"

namespace cofilter::service {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

// In the order of their numbers, as grpc-go and grpc-java write them.
constexpr std::array<std::string_view, 17> kGrpcCodes = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};
constexpr std::array<std::string_view, 4> kBands = {"head", "mid", "tail", "new"};

std::string_view TypeName(CallType type) {
  switch (type) {
    case CallType::kUnary:
      return "unary";
    case CallType::kServerStream:
      return "server_stream";
    case CallType::kBidiStream:
      return "bidi_stream";
  }
  return "unary";
}

Labels MakeLabels(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
  Labels labels;
  for (const auto& [name, value] : pairs) {
    labels.push_back({std::string(name), std::string(value)});
  }
  return labels;
}

class Page {
 public:
  MetricFamily& Family(std::string name, std::string help, MetricType type) {
    MetricFamily& family = families_.emplace_back();
    family.name = std::move(name);
    family.help = std::move(help);
    family.type = type;
    return family;
  }
  void Single(std::string name, std::string help, MetricType type, double value) {
    Add(Family(std::move(name), std::move(help), type), {}, value);
  }
  static void Add(MetricFamily& family, Labels labels, double value) {
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = std::move(labels);
    if (family.type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
  }
  static void AddHistogram(MetricFamily& family, Labels labels, const LatencyHistogram& histogram) {
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = std::move(labels);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i <= kLatencyBounds.size(); ++i) {
      below += histogram.bucket(i);
      const double bound = i < kLatencyBounds.size() ? static_cast<double>(kLatencyBounds[i]) * 1e-6
                                                     : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({below, bound});
    }
    metric.histogram.sample_count = below;
    metric.histogram.sample_sum = static_cast<double>(histogram.total_micros()) * 1e-6;
  }
  std::string Text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void AddCalls(const ServerParts& parts, Page& page) {
  const std::vector<const MethodMetrics*> methods = parts.calls->methods();
  // Each family whole before the next: a reference into the page lasts until then.
  const auto labels_of = [](const MethodMetrics& method) {
    const std::string_view name = method.name();
    const std::size_t slash = name.find('/');
    return MakeLabels({{"grpc_type", TypeName(method.type())},
                       {"grpc_service", name.substr(0, slash)},
                       {"grpc_method", name.substr(slash + 1)}});
  };
  MetricFamily& started =
      page.Family("grpc_server_started_total", "Calls that arrived.", MetricType::Counter);
  for (const MethodMetrics* method : methods) {
    Page::Add(started, labels_of(*method), static_cast<double>(method->started()));
  }
  MetricFamily& handled =
      page.Family("grpc_server_handled_total", "Calls that ended, by code.", MetricType::Counter);
  for (const MethodMetrics* method : methods) {
    for (std::size_t code = 0; code < kGrpcCodes.size(); ++code) {
      const std::uint64_t calls = method->calls(static_cast<absl::StatusCode>(code));
      // OK is there from the start, so that a rate of errors has something to be divided by.
      if (calls == 0 && code != 0) continue;
      Labels labels = labels_of(*method);
      labels.push_back({"grpc_code", std::string(kGrpcCodes[code])});
      Page::Add(handled, std::move(labels), static_cast<double>(calls));
    }
  }
  MetricFamily& handling =
      page.Family("grpc_server_handling_seconds", "From a call's arrival to its status.",
                  MetricType::Histogram);
  for (const MethodMetrics* method : methods) {
    if (method->calls() > 0) Page::AddHistogram(handling, labels_of(*method), method->latency());
  }
  MetricFamily& in_flight = page.Family("cofilter_calls_in_flight",
                                        "Calls and streams being worked on.", MetricType::Gauge);
  Page::Add(in_flight, MakeLabels({{"kind", "call"}}), parts.admission->in_flight());
  Page::Add(in_flight, MakeLabels({{"kind", "stream"}}), parts.streams->in_flight());
  MetricFamily& shed =
      page.Family("cofilter_calls_shed_total", "Calls and streams turned away over capacity.",
                  MetricType::Counter);
  Page::Add(shed, MakeLabels({{"kind", "call"}}), static_cast<double>(parts.admission->shed()));
  Page::Add(shed, MakeLabels({{"kind", "stream"}}), static_cast<double>(parts.streams->shed()));
  MetricFamily& denied =
      page.Family("cofilter_calls_denied_total", "Calls of nobody, or of somebody who may not.",
                  MetricType::Counter);
  for (std::size_t denial = 1; denial < kDenialCount; ++denial) {
    Page::Add(denied, MakeLabels({{"reason", DenialName(static_cast<Denial>(denial))}}),
              static_cast<double>(parts.guard->denied(static_cast<Denial>(denial))));
  }
}

void AddLists(const ServerParts& parts, Page& page) {
  const std::vector<SurfaceListCounts> surfaces = parts.recommender->list_metrics().Read();
  MetricFamily& lists = page.Family("cofilter_lists_total", "Lists served, by how they were made.",
                                    MetricType::Counter);
  for (const SurfaceListCounts& surface : surfaces) {
    for (std::size_t level = 1; level < surface.lists_by_level.size(); ++level) {
      Page::Add(lists,
                MakeLabels({{"surface", surface.surface},
                            {"level", LevelName(static_cast<Level>(level))}}),
                static_cast<double>(surface.lists_by_level[level]));
    }
  }
  MetricFamily& sources =
      page.Family("cofilter_listed_items_by_source_total",
                  "Items in served lists, by where they came from.", MetricType::Counter);
  for (const SurfaceListCounts& surface : surfaces) {
    for (std::size_t source = 1; source < kSourceCount; ++source) {
      Page::Add(sources,
                MakeLabels({{"surface", surface.surface},
                            {"source", SourceName(static_cast<Source>(source))}}),
                static_cast<double>(surface.items_by_source[source]));
    }
  }
  MetricFamily& bands = page.Family(
      "cofilter_listed_items_total",
      "Items in served lists: of the head (1 % most read), mid or tail (80 % least read) of the "
      "training data, or new since.",
      MetricType::Counter);
  for (const SurfaceListCounts& surface : surfaces) {
    for (std::size_t band = 0; band < kBands.size(); ++band) {
      Page::Add(bands, MakeLabels({{"surface", surface.surface}, {"band", kBands[band]}}),
                static_cast<double>(surface.items_by_band[band]));
    }
  }
  MetricFamily& distinct =
      page.Family("cofilter_listed_distinct_items",
                  "Different items in anybody's list in the last whole window of "
                  "24 hours, or since the start.",
                  MetricType::Gauge);
  for (const SurfaceListCounts& surface : surfaces) {
    Page::Add(distinct, MakeLabels({{"surface", surface.surface}}),
              static_cast<double>(surface.distinct_items));
  }
  MetricFamily& eligible =
      page.Family("cofilter_eligible_items", "Items that may be served now.", MetricType::Gauge);
  for (const SurfaceListCounts& surface : surfaces) {
    Page::Add(eligible, MakeLabels({{"surface", surface.surface}}),
              static_cast<double>(surface.eligible_items));
  }
  const RecommenderStats stats = parts.recommender->stats();
  page.Single("cofilter_lists_without_store_total",
              "Lists made without the member's state: the store was away.", MetricType::Counter,
              static_cast<double>(stats.store_away));
  page.Single("cofilter_unknown_history_items_total",
              "Items of histories that nothing is known of.", MetricType::Counter,
              static_cast<double>(stats.unknown_history_items));
}

void AddEvents(const ServerParts& parts, Page& page) {
  const IntakeStats stats = parts.intake->stats();
  MetricFamily& events =
      page.Family("cofilter_events_total",
                  "Events acknowledged: new, repeated ids, or ids that stood for "
                  "another event.",
                  MetricType::Counter);
  const std::pair<std::string_view, std::uint64_t> outcomes[] = {
      {"recorded", stats.recorded},
      {"repeated", stats.duplicates},
      {"conflicting", stats.conflicting}};
  for (const auto& [outcome, count] : outcomes) {
    Page::Add(events, MakeLabels({{"outcome", outcome}}), static_cast<double>(count));
  }
  MetricFamily& odd =
      page.Family("cofilter_events_out_of_time_total",
                  "Events more than a day old at their receipt (stale), or of a time "
                  "to come (future); kept.",
                  MetricType::Counter);
  Page::Add(odd, MakeLabels({{"kind", "stale"}}), static_cast<double>(stats.stale));
  Page::Add(odd, MakeLabels({{"kind", "future"}}), static_cast<double>(stats.future));
  page.Single("cofilter_event_unknown_items_total",
              "Item ids in events that the catalogue did not hold.", MetricType::Counter,
              static_cast<double>(stats.unknown_items));
  page.Single("cofilter_event_batches_refused_total", "Batches that the store did not take.",
              MetricType::Counter, static_cast<double>(stats.refused_batches));
}

void AddStore(const ServerParts& parts, Page& page) {
  MetricFamily& latency = page.Family("cofilter_store_seconds",
                                      "Waiting for the store: reading a member, writing a batch.",
                                      MetricType::Histogram);
  Page::AddHistogram(latency, MakeLabels({{"operation", "read_member"}}),
                     parts.recommender->member_read_latency());
  Page::AddHistogram(latency, MakeLabels({{"operation", "record_events"}}),
                     parts.intake->store_latency());
  page.Single("cofilter_store_failed_polls_total", "Times the store could not be followed.",
              MetricType::Counter, static_cast<double>(parts.publisher->stats().failed_polls));
}

void AddSnapshot(const ServerParts& parts, runtime::Time now, Page& page) {
  const std::shared_ptr<const Snapshot> snapshot = parts.snapshots->Current();
  const PublisherStats stats = parts.publisher->stats();
  page.Single("cofilter_ready", "1 once the catalogue has been read: lists can be made.",
              MetricType::Gauge, snapshot->loaded ? 1 : 0);
  page.Single("cofilter_catalogue_revision", "The last change of the catalogue that is served.",
              MetricType::Gauge, static_cast<double>(snapshot->catalogue.revision()));
  page.Single("cofilter_catalogue_items", "Items in the catalogue.", MetricType::Gauge,
              static_cast<double>(snapshot->catalogue.size()));
  page.Single("cofilter_model_version", "The model in service; 0: none.", MetricType::Gauge,
              static_cast<double>(snapshot->model_version()));
  if (snapshot->model != nullptr) {
    const runtime::Time cutoff = snapshot->model->model->description().data_cutoff;
    // A log without times has no cut-off.
    if (cutoff != runtime::Time{}) {
      page.Single("cofilter_model_age_seconds",
                  "Since the latest event that the model in service was trained on.",
                  MetricType::Gauge, std::chrono::duration<double>(now - cutoff).count());
    }
  }
  page.Single("cofilter_models_loaded_total", "Models taken into service.", MetricType::Counter,
              static_cast<double>(stats.models_loaded));
  page.Single("cofilter_models_refused_total",
              "Models that the pointer named and that were refused.", MetricType::Counter,
              static_cast<double>(stats.models_refused));
  page.Single("cofilter_snapshots_total", "Snapshots put into service.", MetricType::Counter,
              static_cast<double>(stats.snapshots));
  MetricFamily& info =
      page.Family("cofilter_configuration_info",
                  "1; the label is the revision of the configuration in force.", MetricType::Gauge);
  Page::Add(info, MakeLabels({{"revision", snapshot->config->revision}}), 1);
}

}  // namespace

std::string MetricsPage(const ServerParts& parts, runtime::Time now) {
  Page page;
  AddCalls(parts, page);
  AddLists(parts, page);
  AddEvents(parts, page);
  AddStore(parts, page);
  AddSnapshot(parts, now, page);
  return page.Text();
}

}  // namespace cofilter::service
