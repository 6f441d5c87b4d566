// Rounds: send to every node, read from every node, again for what was sent elsewhere.
#include "service/store/redis/client.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/redis/node.h"

namespace cofilter::service::redis {
namespace {

constexpr int kMostRounds = 16;
constexpr std::chrono::milliseconds kShortWait{5};

// "MOVED 3999 127.0.0.1:6381" → slot and address.
struct Redirection {
  std::uint16_t slot = 0;
  Endpoint endpoint;
};
std::optional<Redirection> ParseRedirection(std::string_view error, const Endpoint& from) {
  const std::size_t first = error.find(' ');
  const std::size_t second = error.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const std::string slot(error.substr(first + 1, second - first - 1));
  std::string address(error.substr(second + 1));
  if (address.starts_with(':')) address.insert(0, from.host);  // the node's own address is unknown
  const absl::StatusOr<Endpoint> endpoint = ParseEndpoint(address);
  const long number = std::strtol(slot.c_str(), nullptr, 10);
  if (!endpoint.ok() || number < 0 || number >= kSlotCount) return std::nullopt;
  return Redirection{static_cast<std::uint16_t>(number), *endpoint};
}

}  // namespace

absl::Status StatusOfError(std::string_view error) {
  const std::string_view code = error.substr(0, error.find(' '));
  const std::string text = absl::StrCat("store: Redis: ", std::string(error));
  const std::string own =
      absl::StrCat("store: ", std::string(error.substr(std::min(error.size(), code.size() + 1))));
  if (code == "COFILTER_ABORTED") return absl::AbortedError(own);
  if (code == "COFILTER_FULL") return absl::ResourceExhaustedError(own);
  if (code == "COFILTER_NEWER") return absl::FailedPreconditionError(own);
  if (code == "COFILTER_DAMAGED") return absl::DataLossError(own);
  if (code == "WRONGTYPE") return absl::DataLossError(text);
  for (const std::string_view away :
       {"OOM", "READONLY", "MISCONF", "LOADING", "MASTERDOWN", "BUSY", "CLUSTERDOWN", "TRYAGAIN",
        "MOVED", "ASK", "NOREPLICAS", "NOAUTH", "NOPERM", "UNBLOCKED"}) {
    if (code == away) return absl::UnavailableError(text);
  }
  // Inside a script Redis may put the script's name before the code.
  if (error.find("WRONGTYPE") != std::string_view::npos) return absl::DataLossError(text);
  if (error.find("OOM command not allowed") != std::string_view::npos) {
    return absl::UnavailableError(text);
  }
  return absl::FailedPreconditionError(text);
}

// What is under way in one Run.
struct Client::Round {
  struct Bundle {
    std::shared_ptr<Node> node;
    std::unique_ptr<Connection> connection;
    bool fresh = false;
    bool asking = false;  // each command is preceded by ASKING
    std::vector<std::size_t> commands;
    absl::Status status;
  };
  explicit Round(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      replies.emplace_back(absl::UnknownError("not sent"));
      todo.push_back(i);
    }
    asked_at.resize(count);
  }

  std::vector<absl::StatusOr<Reply>> replies;
  std::vector<std::size_t> todo;                  // to be sent in this round
  std::vector<std::size_t> again;                 // in the next
  std::vector<std::optional<Endpoint>> asked_at;  // by command: where ASK sent it
  std::vector<const Script*> missing;             // at `bundle`
  Bundle* bundle = nullptr;
  bool wait = false;        // before the next round
  bool second_try = false;  // connections broke once already
  bool replicated = true;
};

Client::Client(ClientOptions options)
    : options_(std::move(options)), topology_(options_.topology) {}
Client::~Client() = default;

std::shared_ptr<Node> Client::NodeAt(const Endpoint& endpoint) {
  const std::lock_guard lock(nodes_mutex_);
  std::shared_ptr<Node>& node = nodes_[endpoint];
  if (node == nullptr) {
    node = std::make_shared<Node>(endpoint, options_.topology.connection,
                                  Pause{options_.first_pause, options_.longest_pause});
  }
  return node;
}

bool Client::NoteBroken(Node& node, const Connection* connection, bool fresh,
                        const absl::Status& why, Deadline deadline) {
  failures_.fetch_add(1, std::memory_order_acq_rel);
  topology_.Suspect();
  if (connection == nullptr) return false;  // Take has noted its own failure
  // A connection that had been idle may have been ended meanwhile; that says nothing of the node.
  const bool stale = !fresh && std::chrono::steady_clock::now() < deadline;
  if (stale) {
    node.DropIdle();
  } else {
    node.NoteFailure(why);
  }
  return stale;
}

bool Client::Again(const Command& command, std::size_t index, const Reply& reply, Round& round) {
  if (!reply.view().is_error()) return false;
  const std::string_view error = reply.view().text();
  if (error.starts_with("MOVED ") || error.starts_with("ASK ")) {
    const std::optional<Redirection> there =
        ParseRedirection(error, round.bundle->node->endpoint());
    if (!there.has_value()) return false;
    if (error.front() == 'M') {
      topology_.Moved(there->slot, there->endpoint);
    } else {
      round.asked_at[index] = there->endpoint;
    }
    return true;
  }
  if (error.starts_with("NOSCRIPT") && command.script != nullptr) {
    round.missing.push_back(command.script);
    return true;
  }
  if (error.starts_with("TRYAGAIN") || error.starts_with("CLUSTERDOWN")) {
    topology_.Suspect();
    round.wait = true;
    return true;
  }
  // A master that became a replica: somebody else is master now.
  if (error.starts_with("READONLY") || error.starts_with("MASTERDOWN")) topology_.Suspect();
  return false;
}

void Client::Perform(std::span<const Command> commands, Access access, Deadline deadline,
                     Round& round) {
  std::vector<Round::Bundle> bundles;
  for (const std::size_t index : round.todo) {
    const std::optional<Endpoint> asked = std::exchange(round.asked_at[index], std::nullopt);
    absl::StatusOr<Endpoint> endpoint = topology_.NodeFor(commands[index].slot);
    if (asked.has_value()) endpoint = *asked;
    if (!endpoint.ok()) {
      round.replies[index] = endpoint.status();
      continue;
    }
    auto bundle = std::find_if(bundles.begin(), bundles.end(), [&](const Round::Bundle& one) {
      return one.node->endpoint() == *endpoint && one.asking == asked.has_value();
    });
    if (bundle == bundles.end()) {
      bundle = bundles.emplace(bundles.end());
      bundle->node = NodeAt(*endpoint);
      bundle->asking = asked.has_value();
    }
    bundle->commands.push_back(index);
  }

  const bool wait_for_replicas = access == Access::kDurableWrite && options_.replicas > 0;
  static const Command kAsking = MakeCommand("", {"ASKING"});
  for (Round::Bundle& bundle : bundles) {
    auto connection = bundle.node->Take(&bundle.fresh);
    bundle.status = connection.status();
    if (!bundle.status.ok()) continue;
    bundle.connection = *std::move(connection);
    for (const std::size_t index : bundle.commands) {
      if (bundle.asking) bundle.connection->Append(kAsking.bytes);
      bundle.connection->Append(commands[index].bytes);
    }
    if (wait_for_replicas) {
      bundle.connection->Append(MakeCommand("", {"WAIT", std::to_string(options_.replicas),
                                                 std::to_string(options_.replica_timeout.count())})
                                    .bytes);
    }
    bundle.status = bundle.connection->Send(deadline);
  }

  for (Round::Bundle& bundle : bundles) {
    round.bundle = &bundle;
    round.missing.clear();
    std::size_t read = 0;
    for (; read < bundle.commands.size() && bundle.status.ok(); ++read) {
      const std::size_t index = bundle.commands[read];
      if (bundle.asking) bundle.status = bundle.connection->Read(deadline).status();
      if (!bundle.status.ok()) break;
      absl::StatusOr<Reply> reply = bundle.connection->Read(deadline);
      if (!reply.ok()) {
        bundle.status = reply.status();
        break;
      }
      if (Again(commands[index], index, *reply, round)) {
        round.again.push_back(index);
        round.replies[index] = StatusOfError(reply->view().text());
      } else if (reply->view().is_error()) {
        round.replies[index] = StatusOfError(reply->view().text());
      } else {
        round.replies[index] = *std::move(reply);
      }
    }
    if (bundle.status.ok() && wait_for_replicas) {
      const absl::StatusOr<Reply> replicas = bundle.connection->Read(deadline);
      bundle.status = replicas.status();
      round.replicated &= replicas.ok() && replicas->view().number() >= options_.replicas;
    }
    // Missing scripts are loaded here and now, once each; their commands follow in the next round.
    std::sort(round.missing.begin(), round.missing.end());
    round.missing.erase(std::unique(round.missing.begin(), round.missing.end()),
                        round.missing.end());
    for (const Script* script : round.missing) {
      if (!bundle.status.ok()) break;
      bundle.connection->Append(MakeCommand("", {"SCRIPT", "LOAD", script->text}).bytes);
      bundle.status = bundle.connection->Send(deadline);
      if (bundle.status.ok()) bundle.status = bundle.connection->Read(deadline).status();
    }
    if (bundle.status.ok()) {
      bundle.node->GiveBack(std::move(bundle.connection));
      continue;
    }
    const bool once_more =
        NoteBroken(*bundle.node, bundle.connection.get(), bundle.fresh, bundle.status, deadline) &&
        access == Access::kRead && !round.second_try;
    for (std::size_t i = read; i < bundle.commands.size(); ++i) {
      const std::size_t index = bundle.commands[i];
      round.replies[index] = bundle.status;
      if (once_more) round.again.push_back(index);
    }
    round.second_try |= once_more;
    round.replicated = false;
  }
}

Answers Client::Run(std::span<const Command> commands, Access access) {
  const Deadline deadline = std::chrono::steady_clock::now() + TimeoutOf(access);
  Round round(commands.size());
  for (int i = 0; i < kMostRounds && !round.todo.empty(); ++i) {
    Perform(commands, access, deadline, round);
    if (std::chrono::steady_clock::now() >= deadline) break;
    if (round.wait) std::this_thread::sleep_for(kShortWait * (i + 1));
    round.wait = false;
    // In the order of the commands: what one connection is sent keeps its order.
    std::sort(round.again.begin(), round.again.end());
    round.todo = std::exchange(round.again, {});
  }
  const bool replicated =
      options_.replicas > 0 && access == Access::kDurableWrite && round.replicated;
  return {.replies = std::move(round.replies), .replicated = replicated};
}

absl::StatusOr<Reply> Client::RunOne(const Command& command, Access access) {
  Answers answers = Run(std::span(&command, 1), access);
  return std::move(answers.replies.front());
}

absl::StatusOr<std::vector<Reply>> Client::RunOnMasters(const Command& command, Access access) {
  const Deadline deadline = std::chrono::steady_clock::now() + TimeoutOf(access);
  const std::vector<Endpoint> masters = topology_.Masters();
  if (masters.empty()) return topology_.NodeFor(0).status();
  std::vector<Reply> replies;
  for (const Endpoint& endpoint : masters) {
    const std::shared_ptr<Node> node = NodeAt(endpoint);
    bool fresh = false;
    COFILTER_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, node->Take(&fresh));
    connection->Append(command.bytes);
    const absl::Status sent = connection->Send(deadline);
    absl::StatusOr<Reply> reply = sent.ok() ? connection->Read(deadline) : sent;
    if (!reply.ok()) {
      NoteBroken(*node, connection.get(), fresh, reply.status(), deadline);
      return reply.status();
    }
    node->GiveBack(std::move(connection));
    if (reply->view().is_error()) return StatusOfError(reply->view().text());
    replies.push_back(*std::move(reply));
  }
  return replies;
}

}  // namespace cofilter::service::redis
