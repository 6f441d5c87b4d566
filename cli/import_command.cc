// import: logs, catalogue and members from files into a running server.
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/import.h"

namespace cofilter::cli {

void AddImportCommand(CLI::App* app, Invocation* invocation) {
  struct Flags {
    ImportOptions options;
    std::string format = "auto", verb = "complete";
    bool ordered = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(
      app, invocation, "import", "Send files to a running server; can be run again",
      "  cofilter import --items items.jsonl --members members.csv --events logs/\n"
      "  zcat old.gz | cofilter import --events - --quarantine bad-lines.jsonl\n"
      "  cofilter import --events train.txt --format list --create-items course",
      [invocation, flags]() -> absl::Status {
        const auto format = data::ParseFormat(flags->format);
        if (!format) {
          return absl::InvalidArgumentError(
              absl::StrCat("format: '", flags->format, "' is not auto, json, csv, list or table"));
        }
        const auto verb = data::ParseVerb(flags->verb);
        if (!verb)
          return absl::InvalidArgumentError(absl::StrCat("verb: '", flags->verb, "' is unknown"));
        flags->options.format = *format;
        flags->options.list.verb = flags->options.table.verb = *verb;
        flags->options.list.order_is_sequence = flags->options.table.order_is_sequence =
            flags->ordered;
        return Import(*invocation, flags->options);
      });
  ImportOptions& options = flags->options;
  command->add_option("--items", options.items, "The catalogue: JSON lines or CSV");
  command->add_option("--members", options.members, "Members: JSON lines or CSV");
  command->add_option("--events", options.events,
                      "The log: a file, a directory of files, or -; plain, gzip or zstd");
  command->add_option("--format", flags->format, "Of the events: auto, json, csv, list or table")
      ->capture_default_str();
  command->add_option("--verb", flags->verb, "With list and table: what every line means")
      ->capture_default_str();
  command->add_flag("--ordered", flags->ordered, "With list: the order of a line means time");
  command->add_option("--member-column", options.table.member_column)->capture_default_str();
  command->add_option("--item-column", options.table.item_column)->capture_default_str();
  command->add_option("--time-column", options.table.time_column)->capture_default_str();
  command->add_option("--quarantine", options.quarantine, "Write malformed lines here");
  command
      ->add_option("--max-quarantined", options.max_quarantined,
                   "The share of malformed lines past which the import stops")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_flag("--move-to-now", options.move_to_now,
                    "Move all times so that the latest event happened just now");
  command->add_option("--create-items", options.create_items,
                      "Items that only events name join the catalogue as this kind");
}

}  // namespace cofilter::cli
