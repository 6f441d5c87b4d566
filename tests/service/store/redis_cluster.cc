// Starts nodes, hands out slots, introduces the nodes to each other, and waits for agreement.
#include "tests/service/store/redis_cluster.h"

#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/redis/command.h"

namespace cofilter::service {
namespace {

int FirstSlot(int master) { return redis::kSlotCount * master / RedisCluster::kMasters; }

absl::Status Must(const absl::StatusOr<redis::Reply>& reply) {
  if (!reply.ok()) return reply.status();
  if (!reply->view().is_error()) return absl::OkStatus();
  return absl::InternalError(std::string(reply->view().text()));
}

}  // namespace

int RedisCluster::MasterOf(std::string_view key) {
  const int slot = redis::KeySlot(key);
  int master = kMasters - 1;
  while (slot < FirstSlot(master)) --master;
  return master;
}

absl::StatusOr<std::unique_ptr<RedisCluster>> RedisCluster::Start() {
  auto cluster = std::make_unique<RedisCluster>();
  for (int i = 0; i < 2 * kMasters; ++i) {
    COFILTER_ASSIGN_OR_RETURN(
        auto server,
        RedisServer::Start({"--cluster-enabled", "yes", "--cluster-node-timeout", "1500",
                            "--cluster-replica-validity-factor", "0", "--appendonly", "yes",
                            "--appendfsync", "always", "--repl-diskless-sync-delay", "0"}));
    cluster->nodes_.push_back(std::move(server));
  }
  COFILTER_RETURN_IF_ERROR(cluster->Join());
  return cluster;
}

absl::Status RedisCluster::Join() {
  for (const auto& node : nodes_) {
    COFILTER_ASSIGN_OR_RETURN(const redis::Reply id, node->Do({"CLUSTER", "MYID"}));
    ids_.emplace_back(id.view().text());
  }
  for (int i = 0; i < kMasters; ++i) {
    COFILTER_RETURN_IF_ERROR(
        Must(node(i).Do({"CLUSTER", "ADDSLOTSRANGE", absl::StrCat(FirstSlot(i)),
                         absl::StrCat(FirstSlot(i + 1) - 1)})));
    COFILTER_RETURN_IF_ERROR(
        Must(node(i).Do({"CLUSTER", "SET-CONFIG-EPOCH", absl::StrCat(i + 1)})));
  }
  for (const auto& node : nodes_) {
    const redis::Endpoint first = nodes_.front()->endpoint();
    COFILTER_RETURN_IF_ERROR(
        Must(node->Do({"CLUSTER", "MEET", first.host, absl::StrCat(first.port)})));
  }
  for (int i = 0; i < kMasters; ++i) {
    // Refused until the replica has heard of the master.
    while (!Must(node(kMasters + i).Do({"CLUSTER", "REPLICATE", id(i)})).ok()) {
      std::this_thread::yield();
    }
  }
  for (int i = 0; i < 2 * kMasters; ++i) {
    for (bool ready = false; !ready; std::this_thread::yield()) {
      COFILTER_ASSIGN_OR_RETURN(const redis::Reply info, node(i).Do({"CLUSTER", "INFO"}));
      COFILTER_ASSIGN_OR_RETURN(const redis::Reply slots, node(i).Do({"CLUSTER", "SLOTS"}));
      COFILTER_ASSIGN_OR_RETURN(const redis::Reply sync, node(i).Do({"INFO", "replication"}));
      const auto text = [](const redis::Reply& reply) { return std::string(reply.view().text()); };
      // A range, its master and its replica.
      ready = absl::StrContains(text(info), "cluster_state:ok") &&
              slots.view().size() == kMasters && slots.view()[0].size() == 4 &&
              slots.view()[1].size() == 4 && slots.view()[2].size() == 4 &&
              (i < kMasters ? absl::StrContains(text(sync), "state=online")
                            : absl::StrContains(text(sync), "master_link_status:up"));
    }
  }
  return absl::OkStatus();
}

RedisStoreOptions RedisCluster::Options() const {
  RedisStoreOptions options = OptionsFor(nodes_.back()->endpoint());
  options.client.topology.mode = redis::Mode::kCluster;
  return options;
}

}  // namespace cofilter::service
