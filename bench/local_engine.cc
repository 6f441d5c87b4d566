// Fills a store and starts the parts over it.
#include "bench/local_engine.h"

#include <algorithm>
#include <future>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "runtime/clock.h"
#include "runtime/status_macros.h"
#include "service/store/sqlite/sqlite_store.h"

namespace cofilter::bench {
namespace {

absl::Status RecordBatch(service::Store& store, std::vector<data::Event> events) {
  auto done = std::make_shared<std::promise<absl::Status>>();
  std::future<absl::Status> status = done->get_future();
  store.events().Record(std::move(events),
                        [done](const absl::StatusOr<service::RecordOutcome>& outcome) {
                          done->set_value(outcome.status());
                        });
  return status.get();
}

// In the order of time, as logs grow: a member's rows lie apart in the file.
absl::Status RecordInteractions(service::Store& store, const data::Dataset& train) {
  std::vector<data::Event> events;
  std::size_t longest = 0;
  for (std::size_t m = 0; m < train.members(); ++m) longest = std::max(longest, train.of(m).size());
  for (std::size_t place = 0; place < longest; ++place) {
    for (std::size_t m = 0; m < train.members(); ++m) {
      if (place >= train.of(m).size()) continue;
      const std::size_t n = train.offsets[m] + place;
      data::Event& event = events.emplace_back();
      event.event_id = absl::StrCat("import-", n);
      event.member_id = train.member_ids[m];
      event.item_id = train.item_ids[train.interactions[n].item];
      event.verb = data::Verb::kComplete;
      event.occurred_at = event.received_at = OccurredAt(train, n, place);
      if (events.size() < 16 * kBatch) continue;
      COFILTER_RETURN_IF_ERROR(RecordBatch(store, std::exchange(events, {})));
    }
  }
  return events.empty() ? absl::OkStatus() : RecordBatch(store, std::move(events));
}

}  // namespace

service::SurfaceConfig CourseSurface(const std::string& name, const std::string& operator_name) {
  service::SurfaceConfig surface = service::ServerConfig::Default().surfaces.at("learning");
  surface.name = name;
  surface.operator_name = operator_name;
  surface.kinds = {data::ItemKind::kCourse};
  return surface;
}

absl::StatusOr<LocalEngine> StartEngine(service::ServerConfig config,
                                        const std::vector<data::Item>& items,
                                        const data::Dataset& train, const TrainedModel& model) {
  LocalEngine engine;
  engine.config = std::make_shared<const service::ServerConfig>(std::move(config));
  service::SqliteStoreOptions options;
  options.path = engine.config->store_path;
  COFILTER_ASSIGN_OR_RETURN(engine.store, service::SqliteStore::Open(options));
  for (std::size_t begin = 0; begin < items.size(); begin += kBatch) {
    COFILTER_RETURN_IF_ERROR(
        engine.store->catalogue()
            .Upsert(std::span(items).subspan(begin, std::min(kBatch, items.size() - begin)))
            .status());
  }
  COFILTER_RETURN_IF_ERROR(RecordInteractions(*engine.store, train));
  COFILTER_RETURN_IF_ERROR(
      engine.store->model_pointer().Set(model.version, 0, "bench", "to be measured").status());
  const runtime::Clock* const clock = &runtime::SystemClock::Instance();
  engine.holder = std::make_unique<service::SnapshotHolder>(engine.config, clock);
  engine.publisher = service::SnapshotPublisher::Start(engine.config, engine.store.get(), clock,
                                                       engine.holder.get());
  engine.receipts = service::MakeStoreReceiptSink(&engine.store->receipts());
  engine.recommender = service::Recommender::Create(engine.holder.get(), &engine.store->members(),
                                                    engine.receipts.get());
  engine.context.organisation = engine.config->organisation;
  engine.context.caller = "bench";
  engine.context.clock = clock;
  return engine;
}

}  // namespace cofilter::bench
