// A small organisation to test in: a real store in a directory of its own, a clock that the test
// moves, models made from arrays and published as artifacts.
#ifndef COFILTER_TESTS_SERVICE_SNAPSHOT_WORLD_H_
#define COFILTER_TESTS_SERVICE_SNAPSHOT_WORLD_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/item.h"
#include "models/operator_arrays.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "service/config/config.h"
#include "service/snapshot/snapshot_publisher.h"
#include "service/store/store.h"

namespace cofilter::service {

// Days after 2026-03-01T00:00:00Z.
runtime::Time Day(double days);

data::Item NewsItem(std::string item_id, double published_day = -1);
data::Item Course(std::string item_id, std::vector<std::string> prerequisites = {});
// "n0000" …: sorted ascending.
std::vector<std::string> Ids(std::string_view prefix, std::size_t count);

// Seeded numbers over the ids (sorted here): lists of `neighbours` each, embeddings, a content map
// that knows every bucket, exponents that move with the dial.
models::OperatorArrays RandomOperator(std::string name, std::vector<std::string> ids, unsigned seed,
                                      std::size_t neighbours = 6, std::uint32_t dim = 8);

class World {
 public:
  // Configuration: the default one, its paths replaced. The publisher has no thread: the test says
  // when.
  explicit World(ServerConfig config = ServerConfig::Default(),
                 PublisherOptions options = QuietOptions());
  ~World();

  static PublisherOptions QuietOptions();

  // Upserts and catches up: served from the next call. Returns the revision of the last item.
  Sequence Upsert(std::vector<data::Item> items);
  // Records one event now, or `at`, and counts it, as the server does.
  void Record(std::string member_id, std::string item_id, data::Verb verb,
              std::string surface = "");
  void RecordAt(runtime::Time at, std::string member_id, std::string item_id, data::Verb verb,
                std::string surface = "");
  void SetUnit(std::string member_id, std::string org_unit);
  // Publishes an artifact; the pointer stays.
  std::uint64_t PublishModel(std::vector<models::OperatorArrays> operators);
  void Point(std::uint64_t version);
  // Both, and follows.
  std::uint64_t Promote(std::vector<models::OperatorArrays> operators);
  // Ends the publisher and starts another over the same store, as a restart does.
  void RestartPublisher(PublisherOptions options = QuietOptions());

  ItemKey Key(std::string_view item_id) const {
    return holder->Current()->catalogue.keys().Find(item_id);
  }
  std::string Id(ItemKey key) const {
    return std::string(holder->Current()->catalogue.keys().IdOf(key));
  }

  runtime::TemporaryDirectory directory;
  runtime::SimulatedClock clock{Day(0)};
  std::shared_ptr<const ServerConfig> config;
  std::unique_ptr<Store> store;
  std::unique_ptr<SnapshotHolder> holder;
  std::unique_ptr<SnapshotPublisher> publisher;

 private:
  std::uint64_t next_event_ = 1;
};

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_SNAPSHOT_WORLD_H_
