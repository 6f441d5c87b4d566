// Sends a log, a catalogue and members from files to a running server, in batches.
#ifndef COFILTER_CLI_IMPORT_H_
#define COFILTER_CLI_IMPORT_H_

#include <string>

#include "absl/status/status.h"
#include "cli/command.h"
#include "data/record_source.h"

namespace cofilter::cli {

struct ImportOptions {
  std::string items, members, events;          // paths; empty: none
  data::Format format = data::Format::kGuess;  // of the events
  data::ListFormatOptions list;
  data::TableFormatOptions table;
  std::string quarantine;         // file for malformed lines; empty: counted only
  double max_quarantined = 0.05;  // share of the lines
  // Moves every time by one distance, so that the latest event happened just now; for samples.
  bool move_to_now = false;
  // Items that only events name join the catalogue, bare, as this kind; empty: they do not.
  std::string create_items;
};

// Idempotent: events count once by their ids, so an import that broke off can be run again.
// Prints a summary. Errors: those of the files and of the server.
absl::Status Import(const Invocation& invocation, const ImportOptions& options);

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_IMPORT_H_
