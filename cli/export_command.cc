// export: the event log, the catalogue and the members as files, while the server serves.
#include <algorithm>
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/json_lines_writer.h"
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

struct ExportFlags {
  std::string config, store = "var/cofilter.db", organisation = "default", out;
};

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
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(flags.out + "/events"));
  std::uint64_t events = 0, items = 0, members = 0;
  COFILTER_RETURN_IF_ERROR(ExportItems(*store, flags.out + "/items.jsonl", &items));
  COFILTER_RETURN_IF_ERROR(ExportMembers(*store, flags.out + "/members.jsonl", &members));
  COFILTER_RETURN_IF_ERROR(ExportEvents(*store, flags.out + "/events", &events));
  if (invocation.json) {
    std::cout << nlohmann::json({{"events", events}, {"items", items}, {"members", members}}).dump()
              << '\n';
  } else {
    std::cout << flags.out << ": " << events << " events, " << items << " items, " << members
              << " members\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddExportCommand(CLI::App* app, Invocation* invocation) {
  auto flags = std::make_shared<ExportFlags>();
  CLI::App* command = AddCommand(
      app, invocation, "export", "Write the store's log, catalogue and members to files",
      "  cofilter export --store var/cofilter.db --out var/export\n"
      "  writes events/<day>.jsonl.zst, items.jsonl and members.jsonl; works while a server runs",
      [invocation, flags] { return Export(*invocation, *flags); });
  command->add_option("--config", flags->config,
                      "Configuration whose store and organisation are meant: for a store in Redis");
  command->add_option("--store", flags->store, "The store's file")->capture_default_str();
  command->add_option("--organisation", flags->organisation)->capture_default_str();
  command->add_option("--out", flags->out, "The directory to write")->required();
}

}  // namespace cofilter::cli
