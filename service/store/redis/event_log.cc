// One thread writes: a pipeline to the log, a pipeline to the members, then the answers.
#include "service/store/redis/event_log.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/redis/log_entry.h"
#include "service/store/redis/packed.h"

namespace cofilter::service::redis {
namespace {

constexpr std::size_t kMostInBatch = 10'000;
constexpr std::size_t kMostInPipeline = 4'096;  // events
constexpr std::size_t kMostToSettle = 200;      // stretches in one command
constexpr std::size_t kMostInRead = 2'000;

// What the log's script says of an event.
constexpr std::size_t kOutcomeBytes = 21;
enum Outcome : unsigned { kRecorded = 0, kDuplicate = 1, kConflict = 2, kUnknownItem = 8 };

std::uint64_t RandomNumber() {
  std::random_device random;
  return (static_cast<std::uint64_t>(random()) << 32) | random();
}

absl::StatusOr<Sequence> SequenceOf(std::string_view entry_id) {
  Sequence sequence = 0;
  for (const char c : entry_id.substr(0, entry_id.find('-'))) {
    if (c < '0' || c > '9') return absl::DataLossError("store: the log holds a foreign entry");
    sequence = sequence * 10 + (c - '0');
  }
  return sequence;
}

}  // namespace

RedisEventLog::RedisEventLog(Database& database, EventLogOptions options)
    : database_(database),
      options_(options),
      writer_(RandomNumber()),
      writer_text_(absl::StrCat(absl::Hex(writer_, absl::kZeroPad16))) {
  thread_ = std::thread([this] { Run(); });
}

RedisEventLog::~RedisEventLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void RedisEventLog::Record(std::vector<data::Event> events,
                           std::function<void(absl::StatusOr<RecordOutcome>)> done) {
  absl::Status refused;
  if (events.size() > kMostInBatch) {
    refused = absl::InvalidArgumentError(
        absl::StrCat("store: a batch of ", events.size(), " events; right: up to ", kMostInBatch));
  } else {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      refused = absl::CancelledError("store: closing");
    } else if (!batches_.empty() && queued_ + events.size() > options_.max_queued_events) {
      refused = absl::ResourceExhaustedError(
          absl::StrCat("store: ", queued_, " events wait to be written; at most ",
                       options_.max_queued_events, " may: try again later"));
    } else {
      queued_ += events.size();
      batches_.push_back({.events = std::move(events), .done = std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  done(std::move(refused));
}

std::vector<RedisEventLog::Batch> RedisEventLog::TakeBatches() {
  std::vector<Batch> batches;
  std::size_t events = 0;
  while (!batches_.empty() &&
         (batches.empty() || events + batches_.front().events.size() <= kMostInPipeline)) {
    events += batches_.front().events.size();
    batches.push_back(std::move(batches_.front()));
    batches_.pop_front();
  }
  queued_ -= events;
  return batches;
}

void RedisEventLog::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (batches_.empty()) {
      lock.unlock();
      Settle(true);
      lock.lock();
    }
    wake_.wait(lock, [this] { return stopping_ || !batches_.empty(); });
    if (batches_.empty()) return;  // stopping
    std::vector<Batch> batches = TakeBatches();
    lock.unlock();
    Write(batches);
    Settle(false);
    lock.lock();
  }
}

Command RedisEventLog::LogCommand(const Batch& batch) const {
  const KeyNames& names = database_.names();
  struct Texts {
    EventIdPlace place;
    std::string content;
    std::string entry;
  };
  std::vector<Texts> texts;
  texts.reserve(batch.events.size());
  const std::string most = absl::StrCat(options_.max_logged_events);
  std::vector<std::string_view> arguments = {names.event_ids, most, writer_text_};
  arguments.reserve(3 + 6 * batch.events.size());
  for (const data::Event& event : batch.events) {
    const Texts& text = texts.emplace_back(Texts{.place = PlaceOfEventId(event.event_id),
                                                 .content = ContentDigest(event),
                                                 .entry = EncodeLogEntry(writer_, event)});
    arguments.insert(arguments.end(), {text.place.bucket, text.place.field, text.content,
                                       event.member_id, event.item_id, text.entry});
  }
  const std::string_view keys[] = {names.meta, names.members, names.item_ids, names.items,
                                   names.log,  names.pending, names.guard};
  return MakeScriptCall(database_.scripts().log_events, keys, arguments);
}

void RedisEventLog::ReadLogReply(ReplyView reply, Batch& batch) {
  const std::string_view outcomes = reply[2].text();
  if (outcomes.size() != batch.events.size() * kOutcomeBytes) {
    batch.status = absl::DataLossError("store: a script's answer is damaged");
    return;
  }
  batch.unsettled = reply[0].number();
  batch.stretch = reply[1].text();
  absl::flat_hash_set<std::string> unknown;
  for (std::uint32_t i = 0; i < batch.events.size(); ++i) {
    const std::size_t at = i * kOutcomeBytes;
    const data::Event& event = batch.events[i];
    const unsigned flags = Unpack<std::uint8_t>(outcomes, at + 20);
    const unsigned outcome = flags & ~static_cast<unsigned>(kUnknownItem);
    if ((flags & kUnknownItem) != 0 && unknown.insert(event.item_id).second) {
      batch.outcome.unknown_item_ids.push_back(event.item_id);
    }
    if (outcome == kConflict) {
      batch.outcome.conflicting_event_ids.push_back(event.event_id);
      continue;
    }
    outcome == kRecorded ? ++batch.outcome.recorded : ++batch.outcome.duplicates;
    // A repeated event may be one whose first answer was lost before its member's state had it.
    batch.updates.push_back({.event = &event,
                             .member = Unpack<std::int64_t>(outcomes, at + 8),
                             .item = Unpack<std::uint32_t>(outcomes, at + 16)});
    batch.updated.push_back(i);
    batch.sequences.push_back(Unpack<std::int64_t>(outcomes, at));
    batch.new_here.push_back(outcome == kRecorded);
  }
}

void RedisEventLog::Write(std::vector<Batch>& batches) {
  std::vector<Command> commands;
  commands.reserve(batches.size());
  for (const Batch& batch : batches) commands.push_back(LogCommand(batch));
  const Answers logged = database_.Run(commands, Access::kDurableWrite);
  std::vector<LoggedUpdate> updates;
  for (std::size_t b = 0; b < batches.size(); ++b) {
    batches[b].status = logged.replies[b].status();
    if (!batches[b].status.ok()) continue;
    ReadLogReply(logged.replies[b]->view(), batches[b]);
    updates.insert(updates.end(), batches[b].updates.begin(), batches[b].updates.end());
  }
  const UpdateResult applied = ApplyUpdates(database_, updates);
  const Durability durability = database_.durability(logged.replicated && applied.replicated);
  std::size_t next = 0;
  bool all_settled = true;
  for (Batch& batch : batches) {
    for (std::size_t u = 0; u < batch.updates.size(); ++u) {
      const absl::StatusOr<std::int64_t>& moved = applied.moved[next++];
      if (!moved.ok()) {
        batch.status = moved.status();
      } else if (*moved >= 0 && batch.new_here[u]) {
        batch.outcome.applied.push_back({.member = batch.updates[u].member,
                                         .item = static_cast<ItemKey>(*moved),
                                         .event_index = batch.updated[u],
                                         .sequence = batch.sequences[u]});
      }
    }
    // What is logged and not in its member's state stays pending; it is settled later, or with the
    // caller's next attempt.
    all_settled &= batch.status.ok();
    if (batch.status.ok() && !batch.stretch.empty()) {
      to_settle_.push_back(batch.stretch);
      const absl::StatusOr<Sequence> last =
          SequenceOf(std::string_view(batch.stretch).substr(batch.stretch.find('-') + 1));
      if (all_settled && last.ok()) {
        RaiseSettled(batch.unsettled == 0 ? *last : std::min(*last, batch.unsettled - 1));
      }
    }
    if (batch.status.ok()) {
      batch.outcome.durability = durability;
      batch.done(std::move(batch.outcome));
    } else if (absl::IsResourceExhausted(batch.status)) {
      batch.done(batch.status);
    } else {
      // For the caller every other failure of the store is the same: away.
      batch.done(absl::UnavailableError(batch.status.message()));
    }
  }
}

void RedisEventLog::Settle(bool even_few) {
  while (!to_settle_.empty() && (even_few || to_settle_.size() >= kMostToSettle)) {
    const std::size_t count = std::min(to_settle_.size(), kMostToSettle);
    const std::vector<std::string_view> stretches(
        to_settle_.begin(), to_settle_.begin() + static_cast<std::ptrdiff_t>(count));
    const std::string_view key = database_.names().pending;
    const absl::Status status = database_
                                    .RunOne(MakeScriptCall(database_.scripts().settle_events,
                                                           std::span(&key, 1), stretches),
                                            Access::kWrite)
                                    .status();
    // When it fails, whoever looks for leftovers settles them: applying twice changes nothing.
    to_settle_.erase(to_settle_.begin(), to_settle_.begin() + static_cast<std::ptrdiff_t>(count));
    if (!status.ok()) return;
  }
}

void RedisEventLog::RaiseSettled(Sequence to) {
  Sequence now = settled_.load(std::memory_order_acquire);
  while (now < to && !settled_.compare_exchange_weak(now, to, std::memory_order_acq_rel)) {
  }
}

absl::Status RedisEventLog::RefreshSettled() {
  const KeyNames& names = database_.names();
  // Pending first: a stretch that is settled in between is then still counted as unsettled.
  const Command commands[] = {MakeCommand(names.pending, {"ZRANGE", names.pending, "0", "1000"}),
                              MakeCommand(names.meta, {"HGET", names.meta, "event"})};
  const Answers answers = database_.Run(commands, Access::kRead);
  COFILTER_RETURN_IF_ERROR(answers.replies[0].status());
  COFILTER_RETURN_IF_ERROR(answers.replies[1].status());
  Sequence settled = answers.replies[1]->view().number();
  const ReplyView pending = answers.replies[0]->view();
  for (std::size_t i = 0; i < pending.size(); ++i) {
    COFILTER_ASSIGN_OR_RETURN(const Sequence first, SequenceOf(pending[i].text()));
    settled = std::min(settled, first - 1);
  }
  RaiseSettled(settled);
  return absl::OkStatus();
}

absl::StatusOr<OthersEvents> RedisEventLog::ReadOthersAfter(Sequence after, std::size_t limit) {
  const KeyNames& names = database_.names();
  const std::string first = absl::StrCat(after + 1);
  const std::string count = absl::StrCat(std::min(limit, kMostInRead));
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(MakeCommand(names.log, {"XRANGE", names.log, first, "+", "COUNT", count}),
                       Access::kRead));
  OthersEvents others{.upto = after, .events = {}};
  for (std::size_t i = 0; i < reply.view().size(); ++i) {
    const ReplyView entry = reply.view()[i];
    COFILTER_ASSIGN_OR_RETURN(others.upto, SequenceOf(entry[0].text()));
    COFILTER_ASSIGN_OR_RETURN(LogEntry decoded, DecodeLogEntry(entry[1][1].text()));
    if (decoded.writer == writer_) continue;
    others.events.push_back({.sequence = others.upto, .event = std::move(decoded.event)});
  }
  return others;
}

absl::StatusOr<std::vector<LoggedEvent>> RedisEventLog::ReadAfter(Sequence after,
                                                                  std::size_t limit) {
  const KeyNames& names = database_.names();
  std::vector<LoggedEvent> events;
  while (events.size() < limit) {
    const std::string first = absl::StrCat(after + 1);
    const std::string count = absl::StrCat(std::min(limit - events.size(), kMostInRead));
    COFILTER_ASSIGN_OR_RETURN(
        const Reply reply,
        database_.RunOne(MakeCommand(names.log, {"XRANGE", names.log, first, "+", "COUNT", count}),
                         Access::kRead));
    if (reply.view().size() == 0) break;
    for (std::size_t i = 0; i < reply.view().size(); ++i) {
      const ReplyView entry = reply.view()[i];
      COFILTER_ASSIGN_OR_RETURN(after, SequenceOf(entry[0].text()));
      COFILTER_ASSIGN_OR_RETURN(LogEntry decoded, DecodeLogEntry(entry[1][1].text()));
      events.push_back({.sequence = after, .event = std::move(decoded.event)});
    }
  }
  return events;
}

absl::StatusOr<Sequence> RedisEventLog::LastSequence() {
  const KeyNames& names = database_.names();
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(MakeCommand(names.meta, {"HGET", names.meta, "event"}), Access::kRead));
  return reply.view().number();
}

}  // namespace cofilter::service::redis
