// Orders the inputs, runs one after the other, and tells what they came to.
#include "cli/import.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/import_run.h"
#include "cli/import_target.h"
#include "runtime/clock.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::cli {
namespace {

// Of a file's beginning, to tell it from another of the same name and size.
constexpr std::size_t kDigestedBytes = 64 << 10;
constexpr std::size_t kShownVerbs = 10;

struct Input {
  std::string path;
  data::RecordKind kind = data::RecordKind::kUnknown;  // as the command line says
  data::RecordKind guessed = data::RecordKind::kUnknown;
};

// The first line that is not blank; empty where there is none to be had in advance.
absl::StatusOr<std::string> FirstLine(const std::string& path) {
  if (path == "-") return std::string();
  COFILTER_ASSIGN_OR_RETURN(
      data::LineReader reader,
      data::LineReader::Open(path, {.max_line_bytes = kDigestedBytes, .decompression = {}}));
  data::Line line;
  while (reader.Next(line)) {
    if (line.text.find_first_not_of(" \t") != std::string_view::npos) return std::string(line.text);
  }
  COFILTER_RETURN_IF_ERROR(reader.status());
  return std::string();
}

// Catalogue and members first, so that events find them.
absl::StatusOr<std::vector<Input>> InputsOf(const ImportOptions& options) {
  std::vector<Input> inputs;
  const auto add = [&](const std::string& path, data::RecordKind kind) {
    if (!path.empty()) inputs.push_back({path, kind, kind});
  };
  add(options.items, data::RecordKind::kItems);
  add(options.members, data::RecordKind::kMembers);
  for (const std::string& path : options.inputs) add(path, data::RecordKind::kUnknown);
  add(options.events, data::RecordKind::kEvents);
  if (inputs.empty()) {
    return absl::InvalidArgumentError(
        "import: name files, or --items, --members or --events with one");
  }
  for (Input& input : inputs) {
    if (input.kind != data::RecordKind::kUnknown) continue;
    COFILTER_ASSIGN_OR_RETURN(const std::string line, FirstLine(input.path));
    if (!line.empty()) input.guessed = data::GuessFormat(std::vector<std::string>{line}).kind;
  }
  const auto rank = [](const Input& input) {
    switch (input.guessed) {
      case data::RecordKind::kItems:
        return 0;
      case data::RecordKind::kMembers:
        return 1;
      default:
        return 2;
    }
  };
  std::stable_sort(inputs.begin(), inputs.end(),
                   [&](const Input& a, const Input& b) { return rank(a) < rank(b); });
  return inputs;
}

// How an input is read, as a few digits.
absl::StatusOr<std::string> SettingsOf(const Input& input, const ImportOptions& options) {
  const data::ImportStreamOptions& stream = options.stream;
  std::string text = absl::StrCat(
      stream.format, "\n", stream.source, "\n", static_cast<int>(input.kind), "\n",
      options.create_items, "\n", stream.reader.account_home, "\n", stream.reader.item_property,
      "\n", static_cast<int>(stream.reader.default_verb), "\n", stream.reader.mapping, "\n");
  for (const std::string& file : {stream.member_ids, stream.item_ids, stream.verbs}) {
    if (file.empty()) continue;
    COFILTER_ASSIGN_OR_RETURN(const auto mapped, runtime::MappedFile::Open(file));
    absl::StrAppend(&text, runtime::Hex(runtime::Sha256(mapped.bytes())), "\n");
  }
  const runtime::Sha256Digest digest = runtime::Sha256(text);
  return runtime::Hex(std::span(digest).first(4));
}

// What is read; empty where the same input cannot be read again.
absl::StatusOr<std::string> FingerprintOf(const Input& input) {
  if (input.path == "-") return std::string();
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  std::error_code error;
  if (fs::is_directory(input.path, error)) {
    for (const auto& entry : fs::directory_iterator(input.path, error))
      if (entry.is_regular_file(error)) files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
  } else {
    files.push_back(input.path);
  }
  std::string text = "import 1\n";
  for (const std::string& file : files) {
    // A pipe has no size, and cannot be read twice.
    if (!fs::is_regular_file(file, error)) return std::string();
    COFILTER_ASSIGN_OR_RETURN(const auto mapped, runtime::MappedFile::Open(file));
    const auto head = mapped.bytes().first(std::min(mapped.bytes().size(), kDigestedBytes));
    absl::StrAppend(&text, fs::path(file).filename().string(), "\t", mapped.bytes().size(), "\t",
                    runtime::Hex(runtime::Sha256(head)), "\n");
  }
  return runtime::Hex(runtime::Sha256(text));
}

// Only looks at times.
class LatestTime final : public data::RecordTaker {
 public:
  absl::Status Take(data::Event& event) override {
    latest = std::max(latest, event.occurred_at);
    return absl::OkStatus();
  }
  absl::Status Take(data::Item&) override { return absl::OkStatus(); }
  absl::Status Take(data::Member&) override { return absl::OkStatus(); }
  void Describe(data::Item&) override {}
  absl::Status LineDone(const data::LinePosition&) override { return absl::OkStatus(); }

  runtime::Time latest{};
};

data::ImportStreamOptions StreamFor(const Input& input, const ImportOptions& options) {
  data::ImportStreamOptions stream = options.stream;
  stream.reader.kind = input.kind;
  // Lists and tables are events; a catalogue beside them is in a format that its file tells.
  const bool events_only = stream.format == "list" || stream.format == "table";
  if (events_only && input.kind != data::RecordKind::kEvents &&
      input.kind != data::RecordKind::kUnknown) {
    stream.format = "auto";
  }
  stream.quarantine.max_share = options.max_quarantined;
  return stream;
}

absl::StatusOr<runtime::Duration> FindShift(const std::vector<Input>& inputs,
                                            const ImportOptions& options) {
  LatestTime latest;
  for (const Input& input : inputs) {
    if (input.guessed != data::RecordKind::kEvents) continue;
    if (input.path == "-")
      return absl::InvalidArgumentError("move-to-now: needs a file, which is read twice");
    data::ImportReport report;
    COFILTER_RETURN_IF_ERROR(
        data::ReadImport(input.path, StreamFor(input, options), latest, report));
  }
  if (latest.latest == runtime::Time{})
    return absl::InvalidArgumentError("move-to-now: needs events to tell the distance");
  return runtime::SystemClock::Instance().Now() - latest.latest;
}

nlohmann::json ToJson(const ImportSummary& summary) {
  nlohmann::json verbs = nlohmann::json::array();
  for (const data::VerbUse& use : summary.read.verbs) {
    verbs.push_back(
        {{"name", use.name}, {"verb", data::VerbName(use.verb)}, {"events", use.count}});
  }
  return {{"items", summary.items},
          {"members", summary.members},
          {"events", summary.events},
          {"duplicates", summary.duplicates},
          {"conflicts", summary.conflicts},
          {"unknown_items", summary.unknown_items.size()},
          {"quarantined", summary.read.quarantined},
          {"format", summary.read.format},
          {"source", summary.read.source},
          {"lines", summary.read.lines},
          {"passed_over", summary.read.passed_over},
          {"future", summary.read.future},
          {"untimed", summary.read.untimed},
          {"unresolved_retractions", summary.read.unresolved_retractions},
          {"unkept_values", summary.read.unkept_values},
          {"mapped_ids", summary.read.mapped_ids},
          {"mapped_verbs", summary.read.mapped_verbs},
          {"unweighted_verbs", summary.read.unweighted_verbs},
          {"verbs", verbs},
          {"resumed", summary.resumed},
          {"import_ids", summary.import_ids}};
}

void PrintVerbs(const data::ImportReport& read) {
  if (read.mapped_verbs + read.unweighted_verbs == 0) return;
  std::cout << "  verbs of " << read.source << ": " << read.mapped_verbs
            << " events mapped to ours, " << read.unweighted_verbs << " kept unweighted\n";
  std::vector<data::VerbUse> verbs = read.verbs;
  std::stable_sort(verbs.begin(), verbs.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  for (std::size_t i = 0; i < verbs.size() && i < kShownVerbs; ++i) {
    std::cout << "    " << verbs[i].name << " (" << verbs[i].count
              << "): " << data::VerbName(verbs[i].verb) << '\n';
  }
  if (verbs.size() > kShownVerbs)
    std::cout << "    and " << verbs.size() - kShownVerbs << " more\n";
}

void PrintLine(std::uint64_t count, std::string_view what) {
  if (count > 0) std::cout << "  " << count << " " << what << '\n';
}

void PrintSummary(const Invocation& invocation, const ImportSummary& summary) {
  const data::ImportReport& read = summary.read;
  if (invocation.json) {
    std::cout << ToJson(summary).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
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
  std::cout << ", " << read.quarantined << " malformed lines\n";
  PrintLine(summary.resumed, "inputs went on where an earlier run had left");
  PrintLine(read.passed_over, "lines hold nothing to import");
  PrintLine(read.future, "events lie in the future; kept");
  PrintLine(read.untimed, "events have no time of their own; they got that of the import");
  PrintLine(read.unresolved_retractions,
            "retractions of what this log does not hold; they count only for their own actor");
  PrintLine(read.unkept_values, "values that no field holds were left out");
  PrintLine(read.mapped_ids, "ids were mapped");
  PrintVerbs(read);
  for (const std::string& reason : read.first_reasons) std::cout << "  " << reason << '\n';
}

absl::Status RunAll(const std::vector<Input>& inputs, const ImportOptions& options,
                    ImportTarget& target, ImportSummary& summary) {
  data::ItemKind created = data::ItemKind::kUnspecified;
  if (!options.create_items.empty()) {
    const auto kind = data::ParseItemKind(options.create_items);
    if (!kind) {
      return absl::InvalidArgumentError(
          absl::StrCat("create-items: '", options.create_items,
                       "' is not news, article, course, material, video or activity"));
    }
    created = *kind;
  }
  runtime::Duration shift{0};
  if (options.move_to_now) {
    COFILTER_ASSIGN_OR_RETURN(shift, FindShift(inputs, options));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    ImportRunOptions run;
    run.path = inputs[i].path;
    run.stream = StreamFor(inputs[i], options);
    run.stream.quarantine.path = options.quarantine;
    run.stream.quarantine.append = i > 0;
    run.created_kind = created;
    run.shift = shift;
    run.from_start = options.from_start;
    // Moved times differ from run to run: what was imported so far is another input.
    if (!options.move_to_now) {
      COFILTER_ASSIGN_OR_RETURN(run.fingerprint, FingerprintOf(inputs[i]));
      COFILTER_ASSIGN_OR_RETURN(run.settings, SettingsOf(inputs[i], options));
    }
    COFILTER_RETURN_IF_ERROR(RunImport(run, target, summary));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Import(const Invocation& invocation, const ImportOptions& given) {
  ImportOptions options = given;
  if (!options.mapping.empty()) {
    COFILTER_ASSIGN_OR_RETURN(options.stream.reader.mapping, runtime::ReadFile(options.mapping));
    options.stream.format = "mapping";
  }
  COFILTER_ASSIGN_OR_RETURN(const std::vector<Input> inputs, InputsOf(options));
  std::unique_ptr<ImportTarget> target;
  if (options.store.empty()) {
    target = MakeServerTarget(invocation);
  } else {
    COFILTER_ASSIGN_OR_RETURN(target, OpenStoreTarget(options.store, options.organisation));
  }
  ImportSummary summary;
  const absl::Status status = RunAll(inputs, options, *target, summary);
  // After a failure, what was sent before it is worth knowing.
  if (status.ok() || summary.items + summary.members + summary.events > 0)
    PrintSummary(invocation, summary);
  return status;
}

}  // namespace cofilter::cli
