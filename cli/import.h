// Sends logs, catalogues and members from files to a running server, or into the store, in batches.
#ifndef COFILTER_CLI_IMPORT_H_
#define COFILTER_CLI_IMPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/command.h"
#include "data/import/import_stream.h"

namespace cofilter::cli {

struct ImportOptions {
  // Paths whose files tell what they hold; and of items, members and events by name.
  std::vector<std::string> inputs;
  std::string items, members, events;
  // Format, source, id maps, verbs and what the readers want to know.
  data::ImportStreamOptions stream;
  std::string mapping;            // a mapping file; makes the format mapping
  std::string quarantine;         // file for malformed lines; empty: counted only
  double max_quarantined = 0.05;  // share of the lines
  // Moves every time by one distance, so that the latest event happened just now; for samples.
  bool move_to_now = false;
  // Items that only events name join the catalogue as this kind, or as their log describes them;
  // empty: they do not.
  std::string create_items;
  bool from_start = false;  // do not go on where a run that broke off left
  std::string store;        // the store's file in place of a server; empty: a server
  std::string organisation = "default";
};

// Idempotent: events count once by their ids. A run that broke off goes on where it left. Leaves a
// record of each input and prints a summary. Errors: those of the files and of the target.
absl::Status Import(const Invocation& invocation, const ImportOptions& options);

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_IMPORT_H_
