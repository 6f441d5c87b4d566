// The parts of a server that make a list, in the benchmark's own process: the store, the snapshot
// and the recommender, without gRPC.
#ifndef COFILTER_BENCH_LOCAL_ENGINE_H_
#define COFILTER_BENCH_LOCAL_ENGINE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/training_run.h"
#include "data/dataset.h"
#include "data/item.h"
#include "service/recommend/receipt_sink.h"
#include "service/recommend/recommender.h"
#include "service/snapshot/snapshot_publisher.h"
#include "service/store/store.h"

namespace cofilter::bench {

struct LocalEngine {
  std::shared_ptr<const service::ServerConfig> config;
  std::unique_ptr<service::Store> store;
  std::unique_ptr<service::SnapshotHolder> holder;
  std::unique_ptr<service::SnapshotPublisher> publisher;
  std::unique_ptr<service::ReceiptSink> receipts;
  std::unique_ptr<service::Recommender> recommender;
  service::RequestContext context;
};

// A surface that serves courses and excludes what was completed, ranked by that operator.
service::SurfaceConfig CourseSurface(const std::string& name, const std::string& operator_name);

// Opens the store that the configuration names, stores the items and every interaction of the
// dataset (each a completion), and puts the model into service.
absl::StatusOr<LocalEngine> StartEngine(service::ServerConfig config,
                                        const std::vector<data::Item>& items,
                                        const data::Dataset& train, const TrainedModel& model);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_LOCAL_ENGINE_H_
