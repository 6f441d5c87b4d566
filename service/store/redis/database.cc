// The check is made again after every failure: another Redis may stand where the first one stood.
#include "service/store/redis/database.h"

#include <utility>

#include "runtime/digest.h"
#include "runtime/status_macros.h"

namespace cofilter::service::redis {

Database::Database(const ClientOptions& options, KeyNames names, const runtime::Clock& clock)
    : client_(options), names_(std::move(names)), clock_(clock), patience_(options.read_timeout) {}

absl::Status Database::CheckStore() {
  if (checked_at_.load(std::memory_order_acquire) == client_.failures()) return absl::OkStatus();
  // While a Redis that does not answer is checked, nobody waits longer than for an answer.
  const std::unique_lock lock(check_mutex_, patience_);
  if (!lock.owns_lock()) return absl::UnavailableError("store: Redis is being looked at");
  const std::uint64_t failures = client_.failures();
  if (checked_at_.load(std::memory_order_acquire) == failures) return absl::OkStatus();
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      client_.RunOne(MakeScriptCall(scripts_.open_store, {names_.meta},
                                    {std::to_string(kLayout), runtime::RandomUuid(), store_id_}),
                     Access::kRead));  // may be sent twice: the second finds what the first made
  store_id_ = reply.view().text();
  AskDurability();
  checked_at_.store(failures, std::memory_order_release);
  return absl::OkStatus();
}

void Database::AskDurability() {
  const absl::StatusOr<std::vector<Reply>> replies =
      client_.RunOnMasters(MakeCommand("", {"CONFIG", "GET", "append*"}), Access::kRead);
  bool synced = replies.ok();
  for (std::size_t i = 0; synced && i < replies->size(); ++i) {
    const ReplyView settings = (*replies)[i].view();
    bool on = false;
    bool always = false;
    for (std::size_t j = 0; j + 1 < settings.size(); j += 2) {
      on |= settings[j].text() == "appendonly" && settings[j + 1].text() == "yes";
      always |= settings[j].text() == "appendfsync" && settings[j + 1].text() == "always";
    }
    synced = on && always;
  }
  every_write_synced_.store(synced, std::memory_order_relaxed);
}

Answers Database::Run(std::span<const Command> commands, Access access) {
  const absl::Status ours = CheckStore();
  if (ours.ok()) return client_.Run(commands, access);
  Answers answers;
  for (std::size_t i = 0; i < commands.size(); ++i) answers.replies.emplace_back(ours);
  return answers;
}

absl::StatusOr<Reply> Database::RunOne(const Command& command, Access access) {
  COFILTER_RETURN_IF_ERROR(CheckStore());
  return client_.RunOne(command, access);
}

void Database::OnChange(std::function<void()> listener) {
  const std::lock_guard lock(listener_mutex_);
  listener_ = std::move(listener);
}

void Database::NotifyChange() {
  const std::lock_guard lock(listener_mutex_);
  if (listener_) listener_();
}

}  // namespace cofilter::service::redis
