// Reads files record by record, and sends batches: catalogue and members first, so that events find
// them.
#include "cli/import.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/connection.h"
#include "cli/contract_names.h"
#include "cli/event_message.h"
#include "cofilter/v1/catalogue_service.grpc.pb.h"
#include "cofilter/v1/event_service.grpc.pb.h"
#include "cofilter/v1/member_service.grpc.pb.h"
#include "runtime/clock.h"
#include "runtime/progress.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_item.h"
#include "service/rpc/convert_member.h"

namespace cofilter::cli {
namespace {

constexpr int kBatch = 1000;
// The contract takes requests of at most 4 MiB; long texts can make a thousand records larger.
constexpr std::size_t kBatchBytes = 3u << 20;

struct Summary {
  std::uint64_t items = 0, members = 0, events = 0, duplicates = 0, conflicts = 0, quarantined = 0;
  std::set<std::string> unknown_items;
  std::vector<std::string> first_reasons;
};

// Prints the progress of one file by its stored bytes.
class FileProgress {
 public:
  explicit FileProgress(const std::string& path) : path_(path) {}
  void operator()(std::uint64_t read, std::uint64_t total) {
    if (!progress_)
      progress_ = std::make_unique<runtime::Progress>("importing " + path_ + " (bytes)", total);
    progress_->Advance(read - read_);
    read_ = read;
  }

 private:
  std::string path_;
  std::uint64_t read_ = 0;
  std::unique_ptr<runtime::Progress> progress_;
};

class Importer {
 public:
  Importer(const Invocation& invocation, const ImportOptions& options)
      : options_(options), catalogue_(invocation), members_(invocation), events_(invocation) {}

  absl::Status Run() {
    if (!options_.create_items.empty()) {
      COFILTER_ASSIGN_OR_RETURN(created_kind_,
                                ParseEnum<v1::ItemKind>("create-items", options_.create_items));
    }
    if (options_.move_to_now) COFILTER_RETURN_IF_ERROR(FindShift());
    if (!options_.items.empty()) COFILTER_RETURN_IF_ERROR(ImportItems());
    if (!options_.members.empty()) COFILTER_RETURN_IF_ERROR(ImportMembers());
    if (!options_.events.empty()) COFILTER_RETURN_IF_ERROR(ImportEvents());
    if (created_kind_ != v1::ITEM_KIND_UNSPECIFIED) COFILTER_RETURN_IF_ERROR(CreateItems());
    return absl::OkStatus();
  }

  const Summary& summary() const { return summary_; }

 private:
  data::SourceOptions SourceFor(const std::string& path, bool of_events) const {
    data::SourceOptions source;
    if (of_events) {
      source.format = options_.format;
      source.list = options_.list;
      source.table = options_.table;
      source.quarantine.path = options_.quarantine;
    }
    source.quarantine.max_share = options_.max_quarantined;
    auto progress = std::make_shared<FileProgress>(path);
    source.progress = [progress](std::uint64_t read, std::uint64_t total) {
      (*progress)(read, total);
    };
    return source;
  }

  void Take(const data::SourceReport& report) {
    summary_.quarantined += report.quarantined;
    summary_.first_reasons.insert(summary_.first_reasons.end(), report.first_reasons.begin(),
                                  report.first_reasons.end());
  }

  absl::Status FindShift() {
    if (options_.events.empty() || options_.events == "-") {
      return absl::InvalidArgumentError(
          "move-to-now: needs --events with a file, which is read twice");
    }
    runtime::Time latest{};
    data::SourceOptions source = SourceFor(options_.events, true);
    source.progress = nullptr;
    auto report = data::ReadEvents(options_.events, source, [&](data::Event& event) {
      latest = std::max(latest, event.occurred_at);
      return absl::OkStatus();
    });
    if (!report.ok()) return report.status();
    shift_ = runtime::SystemClock::Instance().Now() - latest;
    return absl::OkStatus();
  }

  void Shift(std::optional<runtime::Time>* time) const {
    if (*time) **time += shift_;
  }

  absl::Status SendItems() {
    if (item_batch_.items_size() == 0) return absl::OkStatus();
    auto answer = catalogue_.Call(&v1::CatalogueService::Stub::BatchUpsertItems, item_batch_);
    if (!answer.ok()) return answer.status();
    summary_.items += item_batch_.items_size();
    item_batch_.Clear();
    return absl::OkStatus();
  }

  absl::Status ImportItems() {
    std::size_t bytes = 0;
    auto report =
        data::ReadItems(options_.items, SourceFor(options_.items, false), [&](data::Item& item) {
          Shift(&item.published_at);
          Shift(&item.expires_at);
          Shift(&item.starts_at);
          Shift(&item.ends_at);
          v1::Item* message = item_batch_.add_items();
          service::ToProto(item, message);
          message->clear_etag();  // of a file: replaces whatever is stored
          bytes += message->ByteSizeLong();
          if (item_batch_.items_size() < kBatch && bytes < kBatchBytes) return absl::OkStatus();
          bytes = 0;
          return SendItems();
        });
    if (!report.ok()) return report.status();
    Take(*report);
    return SendItems();
  }

  absl::Status SendMembers() {
    if (member_batch_.members_size() == 0) return absl::OkStatus();
    auto answer = members_.Call(&v1::MemberService::Stub::BatchUpsertMembers, member_batch_);
    if (!answer.ok()) return answer.status();
    summary_.members += member_batch_.members_size();
    member_batch_.Clear();
    return absl::OkStatus();
  }

  absl::Status ImportMembers() {
    std::size_t bytes = 0;
    auto report = data::ReadMembers(
        options_.members, SourceFor(options_.members, false), [&](data::Member& member) {
          if (member.required) member.required->due_at += shift_;
          v1::Member* message = member_batch_.add_members();
          service::ToProto(member, message);
          bytes += message->ByteSizeLong();
          if (member_batch_.members_size() < kBatch && bytes < kBatchBytes) return absl::OkStatus();
          bytes = 0;
          return SendMembers();
        });
    if (!report.ok()) return report.status();
    Take(*report);
    return SendMembers();
  }

  absl::Status SendEvents() {
    if (event_batch_.events_size() == 0) return absl::OkStatus();
    auto answer = events_.Call(&v1::EventService::Stub::RecordEvents, event_batch_);
    if (!answer.ok()) return answer.status();
    summary_.events += answer->recorded();
    summary_.duplicates += answer->duplicates();
    summary_.conflicts += answer->conflicting_event_ids_size();
    summary_.unknown_items.insert(answer->unknown_item_ids().begin(),
                                  answer->unknown_item_ids().end());
    event_batch_.Clear();
    return absl::OkStatus();
  }

  absl::Status ImportEvents() {
    auto report = data::ReadEvents(
        options_.events, SourceFor(options_.events, true), [&](data::Event& event) {
          event.occurred_at += shift_;
          ToMessage(event, event_batch_.add_events());
          return event_batch_.events_size() < kBatch ? absl::OkStatus() : SendEvents();
        });
    if (!report.ok()) return report.status();
    Take(*report);
    return SendEvents();
  }

  absl::Status CreateItems() {
    for (const std::string& item_id : summary_.unknown_items) {
      v1::Item* item = item_batch_.add_items();
      item->set_item_id(item_id);
      item->set_kind(created_kind_);
      if (item_batch_.items_size() == kBatch) COFILTER_RETURN_IF_ERROR(SendItems());
    }
    summary_.unknown_items.clear();
    return SendItems();
  }

  const ImportOptions& options_;
  Connection<v1::CatalogueService> catalogue_;
  Connection<v1::MemberService> members_;
  Connection<v1::EventService> events_;
  v1::BatchUpsertItemsRequest item_batch_;
  v1::BatchUpsertMembersRequest member_batch_;
  v1::RecordEventsRequest event_batch_;
  v1::ItemKind created_kind_ = v1::ITEM_KIND_UNSPECIFIED;
  runtime::Duration shift_{0};
  Summary summary_;
};

void PrintSummary(const Invocation& invocation, const Summary& summary) {
  if (invocation.json) {
    std::cout << nlohmann::json({{"items", summary.items},
                                 {"members", summary.members},
                                 {"events", summary.events},
                                 {"duplicates", summary.duplicates},
                                 {"conflicts", summary.conflicts},
                                 {"unknown_items", summary.unknown_items.size()},
                                 {"quarantined", summary.quarantined}})
                     .dump()
              << '\n';
    return;
  }
  std::cout << summary.items << " items, " << summary.members << " members, " << summary.events
            << " events recorded";
  if (summary.duplicates > 0) std::cout << ", " << summary.duplicates << " were there already";
  if (summary.conflicts > 0)
    std::cout << ", " << summary.conflicts << " dropped since their id stands for another event";
  if (!summary.unknown_items.empty())
    std::cout << ", " << summary.unknown_items.size() << " items not in the catalogue";
  std::cout << ", " << summary.quarantined << " malformed lines\n";
  for (const std::string& reason : summary.first_reasons) std::cout << "  " << reason << '\n';
}

}  // namespace

absl::Status Import(const Invocation& invocation, const ImportOptions& options) {
  if (options.items.empty() && options.members.empty() && options.events.empty())
    return absl::InvalidArgumentError("import: name --items, --members or --events");
  Importer importer(invocation, options);
  const absl::Status status = importer.Run();
  const Summary& summary = importer.summary();
  // After a failure, what was sent before it is worth knowing.
  if (status.ok() || summary.items + summary.members + summary.events > 0)
    PrintSummary(invocation, summary);
  return status;
}

}  // namespace cofilter::cli
