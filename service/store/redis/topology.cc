// Learns from CLUSTER SLOTS, from sentinels and from redirections.
#include "service/store/redis/topology.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service::redis {

Topology::Topology(TopologyOptions options) : options_(std::move(options)) {
  if (options_.mode != Mode::kSingle) {
    Suspect();
    return;
  }
  auto map = std::make_shared<Map>();
  map->nodes = {options_.addresses.front()};
  map_ = std::move(map);
}

std::shared_ptr<const Topology::Map> Topology::Current() {
  const std::lock_guard lock(map_mutex_);
  return map_;
}

absl::StatusOr<Endpoint> Topology::NodeFor(std::uint16_t slot) {
  if (options_.mode != Mode::kSingle) RefreshIfSuspected();
  const std::shared_ptr<const Map> map = Current();
  if (map == nullptr) {
    const std::lock_guard lock(map_mutex_);
    return refusal_.ok() ? absl::UnavailableError("store: the Redis servers were not asked yet")
                         : refusal_;
  }
  const int node = map->slots[slot];
  if (node < 0) {
    Suspect();
    return absl::UnavailableError(
        absl::StrCat("store: no node of the Redis Cluster holds slot ", slot));
  }
  return map->nodes[static_cast<std::size_t>(node)];
}

std::vector<Endpoint> Topology::Masters() {
  if (options_.mode != Mode::kSingle) RefreshIfSuspected();
  const std::shared_ptr<const Map> map = Current();
  return map == nullptr ? std::vector<Endpoint>() : map->nodes;
}

void Topology::Moved(std::uint16_t slot, const Endpoint& endpoint) {
  // Where one slot has moved, others may have.
  Suspect();
  const std::lock_guard lock(map_mutex_);
  if (map_ == nullptr) return;
  auto map = std::make_shared<Map>(*map_);
  auto node = std::find(map->nodes.begin(), map->nodes.end(), endpoint);
  if (node == map->nodes.end()) node = map->nodes.insert(map->nodes.end(), endpoint);
  map->slots[slot] = static_cast<std::int16_t>(node - map->nodes.begin());
  map_ = std::move(map);
}

void Topology::RefreshIfSuspected() {
  if (!suspected_.load(std::memory_order_acquire)) return;
  // While one asks, others go on with what is known; without anything known they wait.
  std::unique_lock asking(refresh_mutex_, std::defer_lock);
  if (!asking.try_lock()) {
    if (Current() != nullptr) return;
    asking.lock();
  }
  if (!suspected_.load(std::memory_order_acquire)) return;
  if (std::chrono::steady_clock::now() - refreshed_ < options_.refresh_interval) return;

  std::vector<Endpoint> candidates;
  const std::shared_ptr<const Map> known = Current();
  if (options_.mode == Mode::kCluster && known != nullptr) candidates = known->nodes;
  candidates.insert(candidates.end(), options_.addresses.begin(), options_.addresses.end());
  absl::Status refusal;
  for (const Endpoint& candidate : candidates) {
    absl::StatusOr<std::shared_ptr<const Map>> map = Ask(candidate);
    if (!map.ok()) {
      refusal = map.status();
      continue;
    }
    const std::lock_guard lock(map_mutex_);
    map_ = *std::move(map);
    refusal_ = absl::OkStatus();
    suspected_.store(false, std::memory_order_release);
    break;
  }
  if (!refusal.ok()) {
    const std::lock_guard lock(map_mutex_);
    refusal_ = refusal;
  }
  refreshed_ = std::chrono::steady_clock::now();
}

absl::StatusOr<std::shared_ptr<const Topology::Map>> Topology::Ask(const Endpoint& endpoint) const {
  ConnectionOptions options = options_.connection;
  if (options_.mode == Mode::kSentinel) options.credentials = options_.sentinel_credentials;
  COFILTER_ASSIGN_OR_RETURN(const auto connection, Connection::Open(endpoint, options));
  const Deadline deadline = std::chrono::steady_clock::now() + options.connect_timeout;
  return options_.mode == Mode::kSentinel ? AskSentinel(*connection, deadline)
                                          : AskCluster(*connection, deadline);
}

absl::StatusOr<std::shared_ptr<const Topology::Map>> Topology::AskSentinel(
    Connection& connection, Deadline deadline) const {
  connection.Append(
      MakeCommand("", {"SENTINEL", "get-master-addr-by-name", options_.sentinel_master}).bytes);
  COFILTER_RETURN_IF_ERROR(connection.Send(deadline));
  COFILTER_ASSIGN_OR_RETURN(const Reply reply, connection.Read(deadline));
  const std::string from = connection.endpoint().Text();
  if (reply.view().size() != 2) {
    return absl::UnavailableError(absl::StrCat("store: the sentinel at ", from,
                                               " knows no master '", options_.sentinel_master, "' ",
                                               std::string(reply.view().text())));
  }
  auto map = std::make_shared<Map>();
  map->nodes = {{.host = std::string(reply.view()[0].text()),
                 .port = static_cast<std::uint16_t>(reply.view()[1].number())}};
  return map;
}

absl::StatusOr<std::shared_ptr<const Topology::Map>> Topology::AskCluster(Connection& connection,
                                                                          Deadline deadline) const {
  connection.Append(MakeCommand("", {"CLUSTER", "SLOTS"}).bytes);
  COFILTER_RETURN_IF_ERROR(connection.Send(deadline));
  COFILTER_ASSIGN_OR_RETURN(const Reply reply, connection.Read(deadline));
  const std::string from = connection.endpoint().Text();
  if (!reply.view().is_array() || reply.view().size() == 0) {
    return absl::UnavailableError(absl::StrCat(
        "store: Redis at ", from, " tells of no cluster: ", std::string(reply.view().text())));
  }
  auto map = std::make_shared<Map>();
  map->slots.fill(-1);
  for (std::size_t i = 0; i < reply.view().size(); ++i) {
    const ReplyView range = reply.view()[i];
    const ReplyView master = range[2];
    Endpoint endpoint{.host = std::string(master[0].text()),
                      .port = static_cast<std::uint16_t>(master[1].number())};
    // A node that does not know its own address is the one that was asked.
    if (endpoint.host.empty() || endpoint.host == "?") endpoint.host = connection.endpoint().host;
    auto node = std::find(map->nodes.begin(), map->nodes.end(), endpoint);
    if (node == map->nodes.end()) node = map->nodes.insert(map->nodes.end(), endpoint);
    const std::int64_t first = std::max<std::int64_t>(range[0].number(), 0);
    const std::int64_t last = std::min<std::int64_t>(range[1].number(), kSlotCount - 1);
    for (std::int64_t slot = first; slot <= last; ++slot) {
      map->slots[static_cast<std::size_t>(slot)] =
          static_cast<std::int16_t>(node - map->nodes.begin());
    }
  }
  return map;
}

}  // namespace cofilter::service::redis
