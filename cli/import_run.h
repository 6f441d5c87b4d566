// One input on its way: batches out, and a record of how far it is.
#ifndef COFILTER_CLI_IMPORT_RUN_H_
#define COFILTER_CLI_IMPORT_RUN_H_

#include <cstdint>
#include <future>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/import_target.h"
#include "data/import/import_stream.h"

namespace cofilter::cli {

struct ImportRunOptions {
  std::string path;
  data::ImportStreamOptions stream;
  // kUnspecified: items that only events name stay out of the catalogue.
  data::ItemKind created_kind = data::ItemKind::kUnspecified;
  runtime::Duration shift{0};  // added to every time
  bool from_start = false;
  std::string fingerprint;  // of the content; empty: cannot be found again, as standard input
  std::string settings;     // a digest of how it is read: only a run of the same goes on
};

// What one or several inputs came to.
struct ImportSummary {
  data::ImportReport read;  // added up
  std::uint64_t items = 0, members = 0, events = 0, duplicates = 0, conflicts = 0;
  std::uint64_t resumed = 0;  // inputs that went on where an earlier run had left
  std::set<std::string> unknown_items;
  std::vector<std::string> import_ids;
};

// Adds to the summary, also on errors. Errors: those of reading and of the target.
absl::Status RunImport(const ImportRunOptions& options, ImportTarget& target,
                       ImportSummary& summary);

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_IMPORT_RUN_H_
