// store: carries an organisation from one store to another; drops exported events from a log in
// Redis.
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "data/record_source.h"
#include "runtime/progress.h"
#include "runtime/status_macros.h"
#include "service/store/open_store.h"
#include "service/store/transfer.h"

namespace cofilter::cli {
namespace {

constexpr std::size_t kPage = 1000;

// A SQLite file, or a configuration file whose [store] is meant.
absl::StatusOr<service::ServerConfig> ConfigOf(const std::string& place,
                                               const std::string& organisation) {
  service::ServerConfig config = service::ServerConfig::Default();
  if (absl::EndsWith(place, ".toml")) {
    COFILTER_ASSIGN_OR_RETURN(config, service::LoadConfig(place));
  } else {
    config.store_path = place;
  }
  if (!organisation.empty()) config.organisation = organisation;
  // Whole stores are read and written here, and nobody waits for a list.
  config.redis.read_timeout_ms = std::max(config.redis.read_timeout_ms, 10'000u);
  config.redis.write_timeout_ms = std::max(config.redis.write_timeout_ms, 20'000u);
  return config;
}

struct MoveFlags {
  std::string from, to, organisation;
};

void PrintSummary(const Invocation& invocation, const service::ContentSummary& summary) {
  nlohmann::json json;
  for (int i = 0; i < service::kContents; ++i) {
    const auto content = static_cast<service::Content>(i);
    const std::string name(service::ContentName(content));
    if (invocation.json) {
      json[name] = {{"count", summary[content].count}, {"digest", summary[content].digest}};
    } else {
      std::cout << summary[content].digest << "  " << summary[content].count << ' ' << name << '\n';
    }
  }
  if (invocation.json) std::cout << json.dump() << '\n';
}

absl::Status Move(const Invocation& invocation, const MoveFlags& flags) {
  COFILTER_ASSIGN_OR_RETURN(const service::ServerConfig from_config,
                            ConfigOf(flags.from, flags.organisation));
  COFILTER_ASSIGN_OR_RETURN(const service::ServerConfig to_config,
                            ConfigOf(flags.to, from_config.organisation));
  std::unique_ptr<service::Store> from;
  if (from_config.store_kind == service::StoreKind::kSqlite) {
    // Opening a file for writing makes one; the source must be there.
    service::SqliteStoreOptions options;
    options.path = from_config.store_path;
    options.organisation = from_config.organisation;
    COFILTER_RETURN_IF_ERROR(service::SqliteStore::OpenReadOnly(options).status());
  }
  // With the file's lock, so that no server writes to it meanwhile.
  COFILTER_ASSIGN_OR_RETURN(from,
                            service::OpenStore(from_config, runtime::SystemClock::Instance()));
  runtime::SimulatedClock clock(runtime::SystemClock::Instance().Now());
  COFILTER_ASSIGN_OR_RETURN(const auto to, service::OpenStore(to_config, clock));
  COFILTER_ASSIGN_OR_RETURN(const service::Sequence events, from->events().LastSequence());
  absl::StatusOr<service::ContentSummary> summary;
  {
    runtime::Progress progress("moving events", static_cast<std::uint64_t>(events));
    std::uint64_t before = 0;
    summary = service::CopyStore(*from, *to, clock, [&](std::uint64_t copied) {
      progress.Advance(copied - before);
      before = copied;
    });
  }
  COFILTER_RETURN_IF_ERROR(summary.status());
  PrintSummary(invocation, *summary);
  if (!invocation.json) {
    std::cout << "the same in " << service::StoreText(from_config) << " and "
              << service::StoreText(to_config) << "; the first is as it was\n";
  }
  return absl::OkStatus();
}

struct TrimFlags {
  std::string config, exported;
};

// Reads the export and the log side by side. Returns the sequence of the last event that is in
// both.
absl::StatusOr<service::Sequence> VerifyExport(service::Store& store,
                                               const std::string& directory) {
  std::vector<service::LoggedEvent> page;
  std::size_t next = 0;
  service::Sequence last = 0;
  const auto same = [&](data::Event& event) -> absl::Status {
    if (next == page.size()) {
      COFILTER_ASSIGN_OR_RETURN(page, store.events().ReadAfter(last, kPage));
      next = 0;
    }
    if (next == page.size()) {
      return absl::FailedPreconditionError(
          absl::StrCat(directory, " holds more events than the log: it is of another store"));
    }
    if (!(page[next].event == event)) {
      return absl::FailedPreconditionError(absl::StrCat(
          directory, ": event ", event.event_id, " is not event ", page[next].event.event_id,
          " of the log, number ", page[next].sequence, "; nothing was trimmed: export again"));
    }
    last = page[next++].sequence;
    return absl::OkStatus();
  };
  data::SourceOptions options;
  options.format = data::Format::kJson;
  COFILTER_ASSIGN_OR_RETURN(const data::SourceReport report,
                            data::ReadEvents(directory, options, same));
  if (report.quarantined == 0) return last;
  return absl::FailedPreconditionError(
      absl::StrCat(directory, " holds ", report.quarantined,
                   " lines that cannot be read; nothing was trimmed: export again"));
}

absl::Status Trim(const Invocation& invocation, const TrimFlags& flags) {
  COFILTER_ASSIGN_OR_RETURN(const service::ServerConfig config, ConfigOf(flags.config, ""));
  if (config.store_kind != service::StoreKind::kRedis) {
    return absl::FailedPreconditionError(
        "the log of a SQLite store is not trimmed; right: a configuration with store.kind = "
        "\"redis\"");
  }
  const runtime::Clock& clock = runtime::SystemClock::Instance();
  COFILTER_ASSIGN_OR_RETURN(const auto options, service::RedisOptionsOf(config, clock));
  service::Sequence upto = 0;
  {
    COFILTER_ASSIGN_OR_RETURN(const auto store, service::RedisStore::Open(options));
    COFILTER_ASSIGN_OR_RETURN(upto, VerifyExport(*store, flags.exported + "/events"));
  }
  COFILTER_ASSIGN_OR_RETURN(const std::uint64_t trimmed,
                            service::RedisStore::TrimLog(options, upto));
  if (invocation.json) {
    std::cout << nlohmann::json({{"trimmed", trimmed}, {"upto", upto}}).dump() << '\n';
  } else {
    std::cout << "the log is trimmed up to number " << upto << ": " << trimmed
              << " events, which were read back from " << flags.exported << "/events\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddStoreCommand(CLI::App* app, Invocation* invocation) {
  CLI::App* store = AddCommand(app, invocation, "store", "The store as a whole", "", nullptr);
  auto flags = std::make_shared<MoveFlags>();
  CLI::App* move = AddCommand(store, invocation, "move",
                              "Copy an organisation into an empty store of either kind, and "
                              "compare; stop the servers first",
                              "  cofilter store move --from var/cofilter.db --to cofilter.toml\n"
                              "  cofilter store move --from cofilter.toml --to var/back.db\n"
                              "  a name that ends in .toml is a configuration, whose [store] is "
                              "meant; any other a SQLite file",
                              [invocation, flags] { return Move(*invocation, *flags); });
  move->add_option("--from", flags->from, "SQLite file or configuration")->required();
  move->add_option("--to", flags->to, "SQLite file or configuration")->required();
  move->add_option("--organisation", flags->organisation,
                   "Whose data; by default that of the configuration, or 'default'");

  auto trim_flags = std::make_shared<TrimFlags>();
  CLI::App* trim = AddCommand(
      store, invocation, "trim",
      "Drop events from the log in Redis that an export holds, after reading the export back",
      "  cofilter export --config cofilter.toml --out export/monday\n"
      "  cofilter store trim --config cofilter.toml --export export/monday",
      [invocation, trim_flags] { return Trim(*invocation, *trim_flags); });
  trim->add_option("--config", trim_flags->config, "Configuration with the store")->required();
  trim->add_option("--export", trim_flags->exported, "What `cofilter export` wrote")->required();
}

}  // namespace cofilter::cli
