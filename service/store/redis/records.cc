// Receipts and answers are keys that expire; the audit log is a stream that only grows.
#include "service/store/redis/records.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"
#include "service/store/redis/packed.h"

namespace cofilter::service::redis {
namespace {

constexpr std::size_t kMaxWaitingBytes = 64u << 20;
constexpr std::chrono::milliseconds kGather{200};  // how long receipts wait for company
constexpr std::size_t kReceiptsAtOnce = 256;
constexpr std::size_t kMostEntries = 1000;
constexpr runtime::Duration kAnswersKept = std::chrono::hours(24);
constexpr char kAnswersKeptMs[] = "86400000";

}  // namespace

RedisReceipts::RedisReceipts(Database& database, std::size_t capacity,
                             std::chrono::milliseconds kept)
    : database_(database), capacity_(capacity), kept_ms_(absl::StrCat(kept.count())) {
  thread_ = std::thread([this] { Run(); });
}

RedisReceipts::~RedisReceipts() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void RedisReceipts::Append(std::string recommendation_id, std::string body, runtime::Time) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + writing_.size() >= capacity_ || bytes_ + body.size() > kMaxWaitingBytes) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  bytes_ += body.size();
  waiting_.insert_or_assign(std::move(recommendation_id), std::move(body));
  if (waiting_.size() == 1 || waiting_.size() == capacity_ / 2) wake_.notify_one();
}

void RedisReceipts::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;  // stopping
    // By the system clock: ThreadSanitizer does not know waits by the steady one.
    wake_.wait_until(lock, std::chrono::system_clock::now() + kGather,
                     [this] { return stopping_ || waiting_.size() >= capacity_ / 2; });
    writing_ = std::exchange(waiting_, {});
    lock.unlock();
    Receipts left = Write(writing_);
    lock.lock();
    writing_.clear();
    // What could not be written waits for Redis to come back; a receipt that came meanwhile under
    // the same id is newer.
    waiting_.merge(left);
    bytes_ = 0;
    for (const auto& [id, body] : waiting_) bytes_ += body.size();
    if (stopping_) return;
    if (!waiting_.empty()) {
      wake_.wait_until(lock, std::chrono::system_clock::now() + kGather,
                       [this] { return stopping_; });
    }
  }
}

RedisReceipts::Receipts RedisReceipts::Write(const Receipts& receipts) {
  Receipts left;
  std::vector<Command> commands;
  std::vector<Receipts::const_iterator> sent;
  for (auto receipt = receipts.begin(); receipt != receipts.end();) {
    commands.clear();
    sent.clear();
    for (; receipt != receipts.end() && sent.size() < kReceiptsAtOnce; ++receipt) {
      const std::string key = database_.names().Receipt(receipt->first);
      commands.push_back(MakeCommand(key, {"SET", key, receipt->second, "PX", kept_ms_}));
      sent.push_back(receipt);
    }
    const Answers answers = database_.Run(commands, Access::kWrite);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (!answers.replies[i].ok()) left.insert(*sent[i]);
    }
  }
  return left;
}

absl::StatusOr<std::string> RedisReceipts::Get(std::string_view recommendation_id) {
  {
    const std::lock_guard lock(mutex_);
    for (const Receipts* receipts : {&waiting_, &writing_}) {
      const auto found = receipts->find(recommendation_id);
      if (found != receipts->end()) return found->second;
    }
  }
  const std::string key = database_.names().Receipt(recommendation_id);
  COFILTER_ASSIGN_OR_RETURN(const Reply reply,
                            database_.RunOne(MakeCommand(key, {"GET", key}), Access::kRead));
  if (!reply.view().is_nil()) return std::string(reply.view().text());
  return absl::NotFoundError(
      absl::StrCat("no receipt of recommendation ", std::string(recommendation_id)));
}

std::string EncodeAudit(const AuditEntry& entry) {
  std::string bytes;
  Pack<std::int64_t>(entry.at.time_since_epoch().count(), &bytes);
  bytes.append(EncodeTexts({entry.actor, entry.action, entry.subject, entry.detail}));
  return bytes;
}

absl::StatusOr<AuditEntry> DecodeAudit(Sequence sequence, std::string_view bytes) {
  if (bytes.size() < 8) return absl::DataLossError("store: an audit entry is damaged");
  COFILTER_ASSIGN_OR_RETURN(std::vector<std::string> texts, DecodeTexts(bytes.substr(8)));
  if (texts.size() != 4) return absl::DataLossError("store: an audit entry is damaged");
  return AuditEntry{.sequence = sequence,
                    .at = runtime::Time(runtime::Duration(Unpack<std::int64_t>(bytes, 0))),
                    .actor = std::move(texts[0]),
                    .action = std::move(texts[1]),
                    .subject = std::move(texts[2]),
                    .detail = std::move(texts[3])};
}

absl::Status RedisAudit::Append(const AuditEntry& entry) {
  const KeyNames& names = database_.names();
  return database_
      .RunOne(MakeScriptCall(database_.scripts().append_audit, {names.meta, names.audit},
                             {EncodeAudit(entry)}),
              Access::kWrite)
      .status();
}

absl::StatusOr<std::vector<AuditEntry>> RedisAudit::ReadAfter(Sequence after, std::size_t limit) {
  const std::string& key = database_.names().audit;
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(MakeCommand(key, {"XRANGE", key, absl::StrCat(after + 1), "+", "COUNT",
                                         absl::StrCat(std::min(limit, kMostEntries))}),
                       Access::kRead));
  std::vector<AuditEntry> entries;
  for (std::size_t i = 0; i < reply.view().size(); ++i) {
    const ReplyView entry = reply.view()[i];
    const std::string_view id = entry[0].text();
    Sequence sequence = 0;
    for (const char c : id.substr(0, id.find('-'))) sequence = sequence * 10 + (c - '0');
    COFILTER_ASSIGN_OR_RETURN(entries.emplace_back(), DecodeAudit(sequence, entry[1][1].text()));
  }
  return entries;
}

absl::StatusOr<std::string> RedisIdempotency::Find(std::string_view request_id) {
  const std::string key = database_.names().Answer(request_id);
  COFILTER_ASSIGN_OR_RETURN(const Reply reply,
                            database_.RunOne(MakeCommand(key, {"GET", key}), Access::kRead));
  const std::string_view bytes = reply.view().text();
  if (bytes.size() >= 8 && Unpack<std::int64_t>(bytes, 0) >
                               (database_.Now() - kAnswersKept).time_since_epoch().count()) {
    return std::string(bytes.substr(8));
  }
  return absl::NotFoundError(
      absl::StrCat("request ", std::string(request_id), " was not answered before"));
}

absl::Status RedisIdempotency::Remember(std::string_view request_id, std::string_view answer) {
  const runtime::Time now = database_.Now();
  std::string bytes;
  Pack<std::int64_t>(now.time_since_epoch().count(), &bytes);
  bytes.append(answer);
  const std::string key = database_.names().Answer(request_id);
  return database_
      .RunOne(MakeScriptCall(database_.scripts().remember_answer, {key},
                             {absl::StrCat((now - kAnswersKept).time_since_epoch().count()), bytes,
                              kAnswersKeptMs}),
              Access::kWrite)
      .status();
}

}  // namespace cofilter::service::redis
