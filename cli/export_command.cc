// export: the event log, the catalogue and the members as files, while the server serves.
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/json_lines_writer.h"
#include "data/byte_sink.h"
#include "data/export/foreign_format.h"
#include "runtime/files.h"
#include "runtime/progress.h"
#include "runtime/status_macros.h"
#include "service/store/open_store.h"

namespace cofilter::cli {
namespace {

constexpr std::size_t kPage = 10000;

std::string DayOf(runtime::Time time) { return runtime::FormatTime(time).substr(0, 10); }

// A file a day, by the time of receipt, which is the order of the log but for a clock set back:
// such events stay in the file that is open.
absl::Status ExportEvents(service::Store& store, const std::string& directory,
                          std::uint64_t* count) {
  COFILTER_ASSIGN_OR_RETURN(const service::Sequence last, store.events().LastSequence());
  runtime::Progress progress("exporting events", static_cast<std::uint64_t>(last));
  JsonLinesWriter<data::Event> writer;
  std::string day;
  for (service::Sequence after = 0; after < last;) {
    COFILTER_ASSIGN_OR_RETURN(const auto page, store.events().ReadAfter(after, kPage));
    if (page.empty()) break;
    for (const service::LoggedEvent& logged : page) {
      if (logged.sequence > last) break;
      const std::string received = DayOf(logged.event.received_at);
      if (!writer.is_open() || received > day) {
        COFILTER_RETURN_IF_ERROR(writer.Close());
        day = received;
        COFILTER_RETURN_IF_ERROR(
            writer.Open(absl::StrCat(directory, "/", day, ".jsonl.zst"), data::Compression::kZstd));
      }
      COFILTER_RETURN_IF_ERROR(writer.Write(logged.event));
    }
    progress.Advance(static_cast<std::uint64_t>(page.back().sequence - after));
    after = page.back().sequence;
  }
  COFILTER_RETURN_IF_ERROR(writer.Close());
  *count = writer.count();
  return absl::OkStatus();
}

absl::Status ExportItems(service::Store& store, const std::string& path, std::uint64_t* count) {
  JsonLinesWriter<data::Item> writer;
  COFILTER_RETURN_IF_ERROR(writer.Open(path, data::Compression::kNone));
  absl::Status written;
  COFILTER_RETURN_IF_ERROR(store.catalogue().Load([&](service::StoredItem stored) {
    if (written.ok()) written = writer.Write(stored.item);
  }));
  COFILTER_RETURN_IF_ERROR(written);
  *count = writer.count();
  return writer.Close();
}

absl::Status ExportMembers(service::Store& store, const std::string& path, std::uint64_t* count) {
  JsonLinesWriter<data::Member> writer;
  COFILTER_RETURN_IF_ERROR(writer.Open(path, data::Compression::kNone));
  for (service::MemberKey after = 0;;) {
    COFILTER_ASSIGN_OR_RETURN(const auto page, store.members().List(after, kPage));
    if (page.empty()) break;
    for (const auto& [key, member_id] : page) {
      COFILTER_ASSIGN_OR_RETURN(const service::MemberState state, store.members().Read(member_id));
      COFILTER_RETURN_IF_ERROR(writer.Write(state.member));
    }
    after = page.back().first;
  }
  *count = writer.count();
  return writer.Close();
}

// Lines of text into one file. Without Close the file is left cut short.
class TextWriter {
 public:
  absl::Status Open(const std::string& path, std::string_view header) {
    COFILTER_ASSIGN_OR_RETURN(sink_, data::ByteSink::Create(path, data::Compression::kNone));
    if (!header.empty()) absl::StrAppend(&buffer, std::string(header), "\n");
    return absl::OkStatus();
  }
  absl::Status LineEnd() {
    buffer += '\n';
    ++count;
    return buffer.size() < kBufferBytes ? absl::OkStatus() : Flush();
  }
  absl::Status Close() {
    COFILTER_RETURN_IF_ERROR(Flush());
    return sink_->Close();
  }

  std::string buffer;
  std::uint64_t count = 0;

 private:
  static constexpr std::size_t kBufferBytes = 1u << 20;

  absl::Status Flush() {
    const absl::Status status = sink_->Write(buffer);
    buffer.clear();
    return status;
  }
  std::unique_ptr<data::ByteSink> sink_;
};

struct ExportFlags {
  std::string config, store = "var/cofilter.db", organisation = "default", out, format = "json";
};

struct ExportCounts {
  std::uint64_t events = 0, items = 0, members = 0;
  std::uint64_t left_out = 0;  // events that the format has no place for
};

// Calls `each` for all events up to `last`, in the order of the log.
absl::Status ForEachEvent(service::Store& store, service::Sequence last,
                          const std::function<absl::Status(const data::Event&)>& each) {
  for (service::Sequence after = 0; after < last;) {
    COFILTER_ASSIGN_OR_RETURN(const auto page, store.events().ReadAfter(after, kPage));
    if (page.empty()) break;
    for (const service::LoggedEvent& logged : page) {
      if (logged.sequence > last) break;
      COFILTER_RETURN_IF_ERROR(each(logged.event));
    }
    after = page.back().sequence;
  }
  return absl::OkStatus();
}

// Other formats have no retractions: what is taken back is left out, with what takes it back.
absl::Status ExportForeignEvents(service::Store& store, const data::ForeignFormat& format,
                                 const std::string& directory, ExportCounts* counts) {
  COFILTER_ASSIGN_OR_RETURN(const service::Sequence last, store.events().LastSequence());
  std::set<std::pair<std::string, std::string>> retracted;  // member, event
  COFILTER_RETURN_IF_ERROR(ForEachEvent(store, last, [&](const data::Event& event) {
    if (event.verb == data::Verb::kRetract)
      retracted.emplace(event.member_id, event.retracts_event_id);
    return absl::OkStatus();
  }));
  runtime::Progress progress("exporting events", static_cast<std::uint64_t>(last));
  TextWriter writer;
  COFILTER_RETURN_IF_ERROR(writer.Open(
      absl::StrCat(directory, "/", std::string(format.events_file)), format.events_header));
  COFILTER_RETURN_IF_ERROR(ForEachEvent(store, last, [&](const data::Event& event) {
    progress.Advance(1);
    if (event.item_id.empty() || event.verb == data::Verb::kRetract ||
        retracted.contains({event.member_id, event.event_id})) {
      ++counts->left_out;
      return absl::OkStatus();
    }
    format.append_event(event, writer.buffer);
    return writer.LineEnd();
  }));
  counts->events = writer.count;
  return writer.Close();
}

absl::Status ExportForeign(service::Store& store, const data::ForeignFormat& format,
                           const std::string& directory, ExportCounts* counts) {
  TextWriter items, members;
  COFILTER_RETURN_IF_ERROR(items.Open(absl::StrCat(directory, "/", std::string(format.items_file)),
                                      format.items_header));
  absl::Status written;
  COFILTER_RETURN_IF_ERROR(store.catalogue().Load([&](service::StoredItem stored) {
    if (!written.ok()) return;
    format.append_item(stored.item, items.buffer);
    written = items.LineEnd();
  }));
  COFILTER_RETURN_IF_ERROR(written);
  COFILTER_RETURN_IF_ERROR(items.Close());
  COFILTER_RETURN_IF_ERROR(members.Open(
      absl::StrCat(directory, "/", std::string(format.members_file)), format.members_header));
  for (service::MemberKey after = 0;;) {
    COFILTER_ASSIGN_OR_RETURN(const auto page, store.members().List(after, kPage));
    if (page.empty()) break;
    for (const auto& [key, member_id] : page) {
      COFILTER_ASSIGN_OR_RETURN(const service::MemberState state, store.members().Read(member_id));
      format.append_member(state.member, members.buffer);
      COFILTER_RETURN_IF_ERROR(members.LineEnd());
    }
    after = page.back().first;
  }
  COFILTER_RETURN_IF_ERROR(members.Close());
  counts->items = items.count;
  counts->members = members.count;
  return ExportForeignEvents(store, format, directory, counts);
}

// For reading, beside a running server.
absl::StatusOr<std::unique_ptr<service::Store>> OpenForReading(const ExportFlags& flags) {
  service::SqliteStoreOptions options;
  options.path = flags.store;
  options.organisation = flags.organisation;
  if (!flags.config.empty()) {
    COFILTER_ASSIGN_OR_RETURN(service::ServerConfig config, service::LoadConfig(flags.config));
    if (config.store_kind == service::StoreKind::kRedis) {
      config.redis.read_timeout_ms = std::max(config.redis.read_timeout_ms, 10'000u);
      return service::OpenStore(config, runtime::SystemClock::Instance());
    }
    options.path = config.store_path;
    options.organisation = config.organisation;
  }
  return service::SqliteStore::OpenReadOnly(options);
}

absl::Status Export(const Invocation& invocation, const ExportFlags& flags) {
  COFILTER_ASSIGN_OR_RETURN(const auto store, OpenForReading(flags));
  ExportCounts counts;
  if (flags.format == "json") {
    COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(flags.out + "/events"));
    COFILTER_RETURN_IF_ERROR(ExportItems(*store, flags.out + "/items.jsonl", &counts.items));
    COFILTER_RETURN_IF_ERROR(ExportMembers(*store, flags.out + "/members.jsonl", &counts.members));
    COFILTER_RETURN_IF_ERROR(ExportEvents(*store, flags.out + "/events", &counts.events));
  } else {
    const data::ForeignFormat* const format = data::FindForeignFormat(flags.format);
    if (format == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("format: '", flags.format, "' is not json, personalize or gorse"));
    }
    COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(flags.out));
    COFILTER_RETURN_IF_ERROR(ExportForeign(*store, *format, flags.out, &counts));
  }
  if (invocation.json) {
    std::cout << nlohmann::json({{"events", counts.events},
                                 {"items", counts.items},
                                 {"members", counts.members},
                                 {"left_out", counts.left_out}})
                     .dump()
              << '\n';
    return absl::OkStatus();
  }
  std::cout << flags.out << ": " << counts.events << " events, " << counts.items << " items, "
            << counts.members << " members\n";
  if (counts.left_out > 0) {
    std::cout << "  " << counts.left_out
              << " events left out: visits, retractions and what they take back\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddExportCommand(CLI::App* app, Invocation* invocation) {
  auto flags = std::make_shared<ExportFlags>();
  CLI::App* command = AddCommand(
      app, invocation, "export", "Write the store's log, catalogue and members to files",
      "  cofilter export --store var/cofilter.db --out var/export\n"
      "  writes events/<day>.jsonl.zst, items.jsonl and members.jsonl; works while a server runs\n"
      "  cofilter export --format personalize --out var/personalize",
      [invocation, flags] { return Export(*invocation, *flags); });
  command->add_option("--config", flags->config,
                      "Configuration whose store and organisation are meant: for a store in Redis");
  command->add_option("--store", flags->store, "The store's file")->capture_default_str();
  command->add_option("--organisation", flags->organisation)->capture_default_str();
  command->add_option("--format", flags->format, "json (ours), personalize or gorse")
      ->capture_default_str();
  command->add_option("--out", flags->out, "The directory to write")->required();
}

}  // namespace cofilter::cli
