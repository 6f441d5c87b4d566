// One batch is at the target while the next is read.
#include "cli/import_run.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/utf8_text.h"
#include "runtime/clock.h"
#include "runtime/digest.h"
#include "runtime/progress.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_time.h"

namespace cofilter::cli {
namespace {

constexpr std::size_t kMostRecords = 1000;
// A request is at most 4 MiB; long texts can make a thousand records larger.
constexpr std::size_t kBatchBytes = 2u << 20;
// Events between two records of how far the import is: what is sent once more after a crash.
constexpr std::int64_t kEventsPerRecord = 20'000;
constexpr int kMostVerbs = 1000;
constexpr std::size_t kMostReasonBytes = 1000;

std::size_t BytesOf(const data::Event& event) {
  return 64 + event.event_id.size() + event.member_id.size() + event.item_id.size() +
         event.other_verb.size() + event.retracts_event_id.size() + event.surface.size() +
         event.recommendation_id.size() + event.source_system.size() + event.client_id.size() +
         event.platform.size() + event.session_id.size();
}
std::size_t BytesOf(const data::Item& item) {
  std::size_t bytes = 128 + item.item_id.size() + item.title.size() + item.summary.size() +
                      item.place.size() + item.publisher.size();
  for (const auto* list : {&item.topics, &item.prerequisites, &item.org_units})
    for (const std::string& entry : *list) bytes += 4 + entry.size();
  return bytes;
}
std::size_t BytesOf(const data::Member& member) {
  std::size_t bytes = 64 + member.member_id.size() + member.org_unit.size();
  for (const std::string& cohort : member.cohorts) bytes += 4 + cohort.size();
  return bytes;
}

// "files:line:settings"
std::string CheckpointText(const data::LinePosition& position, const std::string& settings) {
  return absl::StrCat(position.file, ":", position.line, ":", settings);
}

// nullopt for a text that is no checkpoint, or one of other settings.
std::optional<data::LinePosition> ParseCheckpoint(std::string_view text,
                                                  std::string_view settings) {
  const std::size_t last = text.find_last_of(':');
  if (last == std::string_view::npos || text.substr(last + 1) != settings) return std::nullopt;
  text = text.substr(0, last);
  data::LinePosition position;
  const char* const end = text.data() + text.size();
  const auto file = std::from_chars(text.data(), end, position.file);
  if (file.ec != std::errc() || file.ptr == end || *file.ptr != ':') return std::nullopt;
  const auto line = std::from_chars(file.ptr + 1, end, position.line);
  if (line.ec != std::errc() || line.ptr != end) return std::nullopt;
  return position;
}

// Of a text that goes into the record: one line, valid, not long.
std::string Plain(std::string_view text) {
  std::string plain = data::ReplaceInvalidUtf8(data::CutUtf8(text, kMostReasonBytes));
  std::replace_if(
      plain.begin(), plain.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return plain;
}

// Prints the progress of one input by its stored bytes.
class InputProgress {
 public:
  explicit InputProgress(const std::string& path) : path_(path) {}
  void operator()(std::uint64_t read, std::uint64_t total) {
    if (!progress_)
      progress_ = std::make_unique<runtime::Progress>("importing " + path_ + " (bytes)", total);
    progress_->Advance(read - read_);
    read_ = read;
  }

 private:
  const std::string path_;
  std::uint64_t read_ = 0;
  std::unique_ptr<runtime::Progress> progress_;
};

class Run final : public data::RecordTaker {
 public:
  Run(const ImportRunOptions& options, ImportTarget& target, ImportSummary& summary)
      : options_(options), target_(target), summary_(summary), stream_(options.stream) {}

  absl::Status Begin() {
    record_.set_import_id(runtime::RandomUuid());
    record_.set_state(v1::IMPORT_STATE_RUNNING);
    record_.set_input(Plain(options_.path));
    record_.set_format(options_.stream.format);
    record_.set_source_system(options_.stream.source);
    record_.set_quarantine_file(options_.stream.quarantine.path);
    record_.set_fingerprint(options_.fingerprint.empty() ? record_.import_id()
                                                         : options_.fingerprint);
    record_.set_checkpoint(CheckpointText({}, options_.settings));
    const runtime::Time now = runtime::SystemClock::Instance().Now();
    service::ToProto(now, record_.mutable_started_at());
    stream_.now = now;
    stream_.reader.imported_at = now;
    stream_.reader.describe_items = options_.created_kind != data::ItemKind::kUnspecified;
    if (stream_.reader.describe_items) stream_.reader.item_kind = options_.created_kind;
    COFILTER_RETURN_IF_ERROR(FindEarlier());
    auto progress = std::make_shared<InputProgress>(options_.path);
    stream_.progress = [progress](std::uint64_t read, std::uint64_t total) {
      (*progress)(read, total);
    };
    return PutRecord();
  }

  absl::Status Read() {
    COFILTER_RETURN_IF_ERROR(data::ReadImport(options_.path, stream_, *this, report_));
    COFILTER_RETURN_IF_ERROR(Flush());
    return AwaitEvents();
  }

  absl::Status End(const absl::Status& status) {
    if (!status.ok()) AwaitEvents().IgnoreError();
    record_.set_state(status.ok() ? v1::IMPORT_STATE_FINISHED : v1::IMPORT_STATE_FAILED);
    record_.set_error(Plain({status.message().data(), status.message().size()}));
    const absl::Status put = PutRecord();
    AddUp();
    // What went wrong first is what to tell.
    return status.ok() ? put : status;
  }

  absl::Status Take(data::Event& event) override {
    event.occurred_at += options_.shift;
    event_bytes_ += BytesOf(event);
    events_.push_back(std::move(event));
    return absl::OkStatus();
  }
  absl::Status Take(data::Item& item) override {
    for (std::optional<runtime::Time>* time :
         {&item.published_at, &item.expires_at, &item.starts_at, &item.ends_at}) {
      if (*time) **time += options_.shift;
    }
    // A batch names each item once; a later line replaces an earlier one.
    if (!item_ids_.insert(item.item_id).second) {
      COFILTER_RETURN_IF_ERROR(FlushItems());
      item_ids_.insert(item.item_id);
    }
    item_bytes_ += BytesOf(item);
    items_.push_back(std::move(item));
    return items_.size() < kMostRecords && item_bytes_ < kBatchBytes ? absl::OkStatus()
                                                                     : FlushItems();
  }
  absl::Status Take(data::Member& member) override {
    if (member.required) member.required->due_at += options_.shift;
    if (!member_ids_.insert(member.member_id).second) {
      COFILTER_RETURN_IF_ERROR(FlushMembers());
      member_ids_.insert(member.member_id);
    }
    member_bytes_ += BytesOf(member);
    members_.push_back(std::move(member));
    return members_.size() < kMostRecords && member_bytes_ < kBatchBytes ? absl::OkStatus()
                                                                         : FlushMembers();
  }
  void Describe(data::Item& item) override { described_.emplace(item.item_id, std::move(item)); }
  absl::Status LineDone(const data::LinePosition& position) override {
    read_to_ = position;
    if (events_.size() < target_.most_events() && event_bytes_ < kBatchBytes)
      return absl::OkStatus();
    return Flush();
  }

 private:
  // An earlier run over the same input: one that broke off goes on; and what had no time of its own
  // keeps the time of its first import, so that it is the same event.
  absl::Status FindEarlier() {
    if (options_.fingerprint.empty()) return absl::OkStatus();
    COFILTER_ASSIGN_OR_RETURN(const std::vector<v1::Import> earlier,
                              target_.Imports(options_.fingerprint));
    if (earlier.empty()) return absl::OkStatus();
    COFILTER_ASSIGN_OR_RETURN(stream_.reader.imported_at,
                              service::FromProto("started_at", earlier.back().started_at()));
    const v1::Import& last = earlier.front();
    if (last.state() == v1::IMPORT_STATE_FINISHED || options_.from_start) return absl::OkStatus();
    const auto position = ParseCheckpoint(last.checkpoint(), options_.settings);
    if (!position.has_value()) return absl::OkStatus();
    stream_.resume_after = *position;
    const std::string quarantine = record_.quarantine_file();
    record_ = last;
    record_.set_state(v1::IMPORT_STATE_RUNNING);
    record_.set_quarantine_file(quarantine);
    record_.clear_error();
    summary_.resumed += *position == data::LinePosition{} ? 0 : 1;
    return absl::OkStatus();
  }

  absl::Status PutRecord() {
    service::ToProto(runtime::SystemClock::Instance().Now(), record_.mutable_updated_at());
    if (!report_.format.empty()) record_.set_format(report_.format);
    record_.set_source_system(report_.source.empty() ? record_.source_system() : report_.source);
    record_.set_lines(static_cast<std::int64_t>(report_.lines));
    record_.set_quarantined(static_cast<std::int64_t>(report_.quarantined));
    record_.set_passed_over(static_cast<std::int64_t>(report_.passed_over));
    record_.set_future_events(static_cast<std::int64_t>(report_.future));
    record_.set_untimed_events(static_cast<std::int64_t>(report_.untimed));
    record_.set_mapped_verbs(static_cast<std::int64_t>(report_.mapped_verbs));
    record_.set_unweighted_verbs(static_cast<std::int64_t>(report_.unweighted_verbs));
    record_.clear_verbs();
    for (const data::VerbUse& use : report_.verbs) {
      if (record_.verbs_size() == kMostVerbs) break;
      v1::Import::ForeignVerb* const verb = record_.add_verbs();
      verb->set_name(Plain(use.name));
      verb->set_verb(static_cast<v1::Verb>(use.verb));
      verb->set_events(static_cast<std::int64_t>(use.count));
    }
    record_.clear_first_reasons();
    for (const std::string& reason : report_.first_reasons)
      record_.add_first_reasons(Plain(reason));
    return target_.Put(record_);
  }

  absl::Status Flush() {
    COFILTER_RETURN_IF_ERROR(FlushItems());
    COFILTER_RETURN_IF_ERROR(FlushMembers());
    COFILTER_RETURN_IF_ERROR(AwaitEvents());
    in_flight_to_ = read_to_;
    // A line can hold more events than a batch.
    while (events_.size() > target_.most_events()) {
      const auto end = events_.begin() + static_cast<std::ptrdiff_t>(target_.most_events());
      std::vector<data::Event> part(std::make_move_iterator(events_.begin()),
                                    std::make_move_iterator(end));
      events_.erase(events_.begin(), end);
      COFILTER_RETURN_IF_ERROR(Acknowledged(target_.Record(std::move(part))));
    }
    if (events_.empty()) {
      record_.set_checkpoint(CheckpointText(in_flight_to_, options_.settings));
      return absl::OkStatus();
    }
    in_flight_ = std::async(std::launch::async, [this, batch = std::move(events_)]() mutable {
      return target_.Record(std::move(batch));
    });
    events_.clear();
    event_bytes_ = 0;
    return absl::OkStatus();
  }

  absl::Status AwaitEvents() {
    if (!in_flight_.valid()) return absl::OkStatus();
    COFILTER_RETURN_IF_ERROR(Acknowledged(in_flight_.get()));
    record_.set_checkpoint(CheckpointText(in_flight_to_, options_.settings));
    const std::int64_t told = record_.events() + record_.duplicates() + record_.conflicts();
    if (told - told_at_record_ < kEventsPerRecord) return absl::OkStatus();
    told_at_record_ = told;
    return PutRecord();
  }

  absl::Status Acknowledged(absl::StatusOr<RecordedBatch> batch) {
    if (!batch.ok()) return batch.status();
    record_.set_events(record_.events() + static_cast<std::int64_t>(batch->recorded));
    record_.set_duplicates(record_.duplicates() + static_cast<std::int64_t>(batch->duplicates));
    record_.set_conflicts(record_.conflicts() + static_cast<std::int64_t>(batch->conflicts));
    return CreateItems(std::move(batch->unknown_items));
  }

  // At once, so that a run that goes on need not know them.
  absl::Status CreateItems(std::vector<std::string> ids) {
    if (options_.created_kind == data::ItemKind::kUnspecified) {
      summary_.unknown_items.insert(ids.begin(), ids.end());
      return absl::OkStatus();
    }
    for (const std::string& id : ids) {
      if (!created_.insert(id).second) continue;
      data::Item item;
      item.item_id = id;
      item.kind = options_.created_kind;
      item.source_system = report_.source;
      if (const auto found = described_.find(id); found != described_.end()) item = found->second;
      COFILTER_RETURN_IF_ERROR(Take(item));
    }
    return FlushItems();
  }

  absl::Status FlushItems() {
    item_ids_.clear();
    item_bytes_ = 0;
    if (items_.empty()) return absl::OkStatus();
    const auto count = static_cast<std::int64_t>(items_.size());
    COFILTER_RETURN_IF_ERROR(target_.Upsert(std::exchange(items_, {})));
    record_.set_items(record_.items() + count);
    return absl::OkStatus();
  }

  absl::Status FlushMembers() {
    member_ids_.clear();
    member_bytes_ = 0;
    if (members_.empty()) return absl::OkStatus();
    const auto count = static_cast<std::int64_t>(members_.size());
    COFILTER_RETURN_IF_ERROR(target_.Upsert(std::exchange(members_, {})));
    record_.set_members(record_.members() + count);
    return absl::OkStatus();
  }

  void AddUp() {
    summary_.items += static_cast<std::uint64_t>(record_.items());
    summary_.members += static_cast<std::uint64_t>(record_.members());
    summary_.events += static_cast<std::uint64_t>(record_.events());
    summary_.duplicates += static_cast<std::uint64_t>(record_.duplicates());
    summary_.conflicts += static_cast<std::uint64_t>(record_.conflicts());
    summary_.import_ids.push_back(record_.import_id());
    data::ImportReport& all = summary_.read;
    all.format = report_.format;
    all.source = report_.source;
    all.lines += report_.lines;
    all.quarantined += report_.quarantined;
    all.passed_over += report_.passed_over;
    all.untimed += report_.untimed;
    all.future += report_.future;
    all.unresolved_retractions += report_.unresolved_retractions;
    all.unkept_values += report_.unkept_values;
    all.mapped_ids += report_.mapped_ids;
    all.mapped_verbs += report_.mapped_verbs;
    all.unweighted_verbs += report_.unweighted_verbs;
    all.verbs.insert(all.verbs.end(), report_.verbs.begin(), report_.verbs.end());
    all.first_reasons.insert(all.first_reasons.end(), report_.first_reasons.begin(),
                             report_.first_reasons.end());
  }

  const ImportRunOptions& options_;
  ImportTarget& target_;
  ImportSummary& summary_;
  data::ImportStreamOptions stream_;
  data::ImportReport report_;
  v1::Import record_;
  std::vector<data::Event> events_;
  std::vector<data::Item> items_;
  std::vector<data::Member> members_;
  std::size_t event_bytes_ = 0, item_bytes_ = 0, member_bytes_ = 0;
  std::set<std::string> item_ids_, member_ids_;  // of the batch
  std::map<std::string, data::Item> described_;
  std::set<std::string> created_;
  data::LinePosition read_to_, in_flight_to_;
  std::future<absl::StatusOr<RecordedBatch>> in_flight_;
  std::int64_t told_at_record_ = 0;  // events acknowledged by the last record
};

}  // namespace

absl::Status RunImport(const ImportRunOptions& options, ImportTarget& target,
                       ImportSummary& summary) {
  Run run(options, target, summary);
  COFILTER_RETURN_IF_ERROR(run.Begin());
  return run.End(run.Read());
}

}  // namespace cofilter::cli
