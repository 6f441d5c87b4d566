// import: logs, catalogue and members from files of many formats; imports: what was imported.
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/contract_names.h"
#include "cli/import.h"
#include "cli/import_target.h"
#include "cli/table.h"
#include "data/import/mapping.h"
#include "runtime/clock.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_time.h"

namespace cofilter::cli {
namespace {

struct Flags {
  ImportOptions options;
  std::string verb = "complete", item_kind = "article", guess;
  bool ordered = false;
};

// What a file looks like: the flag that reads it, or a mapping to begin with.
absl::Status Guess(const std::string& path) {
  constexpr std::size_t kLines = 100;
  COFILTER_ASSIGN_OR_RETURN(data::LineReader reader, data::LineReader::Open(path));
  std::vector<std::string> lines;
  data::Line line;
  while (lines.size() < kLines && reader.Next(line)) {
    if (line.text.find_first_not_of(" \t") != std::string_view::npos) lines.emplace_back(line.text);
  }
  COFILTER_RETURN_IF_ERROR(reader.status());
  if (const data::FormatGuess guess = data::GuessFormat(lines); guess.format != nullptr) {
    std::cout << "# " << path << " looks like " << guess.format->title
              << "; no mapping is needed: cofilter import --format " << guess.format->name << '\n';
    return absl::OkStatus();
  }
  COFILTER_ASSIGN_OR_RETURN(const std::string draft, data::DraftMapping(lines));
  std::cout << draft;
  return absl::OkStatus();
}

absl::Status Run(const Invocation& invocation, Flags& flags) {
  if (!flags.guess.empty()) return Guess(flags.guess);
  const auto verb = data::ParseVerb(flags.verb);
  if (!verb) return absl::InvalidArgumentError(absl::StrCat("verb: '", flags.verb, "' is unknown"));
  const auto kind = data::ParseItemKind(flags.item_kind);
  if (!kind) {
    return absl::InvalidArgumentError(
        absl::StrCat("item-kind: '", flags.item_kind,
                     "' is not news, article, course, material, video or activity"));
  }
  data::ReaderOptions& reader = flags.options.stream.reader;
  reader.default_verb = reader.list.verb = reader.table.verb = *verb;
  reader.item_kind = *kind;
  reader.list.order_is_sequence = reader.table.order_is_sequence = flags.ordered;
  return Import(invocation, flags.options);
}

void AddFormatFlags(CLI::App* command, Flags* flags) {
  data::ImportStreamOptions& stream = flags->options.stream;
  command->add_option("--format", stream.format, "auto, or: " + data::ImportFormatNames())
      ->capture_default_str();
  command->add_option("--mapping", flags->options.mapping,
                      "A mapping file, for CSV and JSON lines of any other system");
  command->add_option("--source", stream.source,
                      "The system that logged it; default: the format's name");
  command->add_option("--member-ids", stream.member_ids,
                      "A file source,id,member_id: whom another system's ids stand for");
  command->add_option("--item-ids", stream.item_ids, "A file source,id,item_id: the same of items");
  command->add_option("--verbs", stream.verbs,
                      "A file verb,ours: which of our verbs another system's are");
  command->add_option("--item-kind", flags->item_kind, "Of items whose file does not say")
      ->capture_default_str();
  command->add_option("--language", stream.reader.language,
                      "Of the titles to take, where a log has several");
  command->add_option("--account-home", stream.reader.account_home,
                      "With xapi: accounts of this home page go by their name alone");
  command->add_option("--item-property", stream.reader.item_property,
                      "With segment: the property that names the item");
  command->add_option("--verb", flags->verb, "What a line means where the format does not say")
      ->capture_default_str();
  command->add_flag("--ordered", flags->ordered, "With list: the order of a line means time");
  command->add_option("--member-column", stream.reader.table.member_column)->capture_default_str();
  command->add_option("--item-column", stream.reader.table.item_column)->capture_default_str();
  command->add_option("--time-column", stream.reader.table.time_column)->capture_default_str();
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  const auto at = service::FromProto("time", time);
  return at.ok() ? runtime::FormatTime(*at) : std::string();
}

absl::Status ListImports(const Invocation& invocation) {
  COFILTER_ASSIGN_OR_RETURN(const std::vector<v1::Import> imports,
                            MakeServerTarget(invocation)->Imports(""));
  if (invocation.json) {
    for (const v1::Import& import : imports) std::cout << ToJson(import) << '\n';
    return absl::OkStatus();
  }
  Table table({{"started"},
               {"state"},
               {"format"},
               {"source"},
               {"input"},
               {"events", Align::kRight},
               {"duplicates", Align::kRight},
               {"conflicts", Align::kRight},
               {"quarantined", Align::kRight}});
  for (const v1::Import& import : imports) {
    table.AddRow({TimeText(import.started_at()), EnumName(import.state()), import.format(),
                  import.source_system(), import.input(), absl::StrCat(import.events()),
                  absl::StrCat(import.duplicates()), absl::StrCat(import.conflicts()),
                  absl::StrCat(import.quarantined())});
  }
  table.Print(std::cout);
  return absl::OkStatus();
}

}  // namespace

void AddImportCommand(CLI::App* app, Invocation* invocation) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(
      app, invocation, "import",
      "Read logs, catalogues and members of many systems; can be run again",
      "  cofilter import --items items.jsonl --members members.csv --events logs/\n"
      "  cofilter import statements.jsonl.zst --create-items video --quarantine bad-lines.jsonl\n"
      "  cofilter import --source portal --member-ids people.csv interactions.csv\n"
      "  cofilter import --events train.txt --format list --create-items course\n"
      "  cofilter import --guess export.csv > export.toml\n"
      "  cofilter import --mapping export.toml --source portal export.csv\n"
      "  cofilter import --store var/cofilter.db logs/    while no server runs",
      [invocation, flags]() -> absl::Status { return Run(*invocation, *flags); });
  ImportOptions& options = flags->options;
  command->add_option(
      "input", options.inputs,
      "Files, directories of files, or -; plain, gzip or zstd; what they hold is told "
      "by their first lines");
  command->add_option("--items", options.items, "An input that holds the catalogue");
  command->add_option("--members", options.members, "An input that holds members");
  command->add_option("--events", options.events, "An input that holds the log");
  AddFormatFlags(command, flags.get());
  command->add_option("--guess", flags->guess,
                      "Import nothing; print what this file looks like, or a draft of a mapping");
  command->add_option("--quarantine", options.quarantine, "Write malformed lines here");
  command
      ->add_option("--max-quarantined", options.max_quarantined,
                   "The share of malformed lines past which the import stops")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_flag("--move-to-now", options.move_to_now,
                    "Move all times so that the latest event happened just now");
  command->add_option(
      "--create-items", options.create_items,
      "Items that only events name join the catalogue: as their log describes them, "
      "else bare, as this kind");
  command->add_flag("--from-start", options.from_start,
                    "Do not go on where a run that broke off had left");
  command->add_option("--store", options.store,
                      "The store's file, while no server runs; default: a running server");
  command->add_option("--organisation", options.organisation, "With --store")
      ->capture_default_str();

  AddCommand(app, invocation, "imports", "List what was imported, newest first",
             "  cofilter imports\n  cofilter imports --json",
             [invocation] { return ListImports(*invocation); });
}

}  // namespace cofilter::cli
