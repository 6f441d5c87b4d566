// While a node is away one caller at a time tries it; the others hear at once.
#include "service/store/redis/node.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cofilter::service::redis {
namespace {

constexpr std::size_t kMostIdle = 64;

// Jitter, so that many servers do not come back in step.
std::chrono::milliseconds Jittered(std::chrono::milliseconds pause) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto quarter = static_cast<int>(pause.count() / 4);
  return pause +
         std::chrono::milliseconds(std::uniform_int_distribution(-quarter, quarter)(random));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Node::Take(bool* fresh) {
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (failures_ > 0) {
      if (now < asked_again_at_) {
        return absl::UnavailableError(
            absl::StrCat("store: not asked again yet after: ", last_failure_.message()));
      }
      // This caller tries; the next one waits for what comes of it, or another pause.
      asked_again_at_ = now + options_.connect_timeout + pause_.longest;
    }
    while (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (!connection->Usable()) continue;
      *fresh = false;
      return connection;
    }
  }
  *fresh = true;
  absl::StatusOr<std::unique_ptr<Connection>> made = Connection::Open(endpoint_, options_);
  if (!made.ok()) NoteFailure(made.status());
  return made;
}

void Node::GiveBack(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(connection));
}

void Node::DropIdle() {
  const std::lock_guard lock(mutex_);
  idle_.clear();
}

void Node::NoteFailure(const absl::Status& why) {
  const std::lock_guard lock(mutex_);
  idle_.clear();
  last_failure_ = why;
  const auto pause = std::min(pause_.longest, pause_.first * (1 << std::min(failures_, 10)));
  ++failures_;
  asked_again_at_ = std::chrono::steady_clock::now() + Jittered(pause);
}

}  // namespace cofilter::service::redis
