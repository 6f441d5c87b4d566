// Runs `cofilter split` and keeps what it made.
#include "bench/set_split.h"

#include <unistd.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/child_process.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

bool BothPartsAreThere(const SetDescriptor& set) {
  return std::filesystem::exists(set.train) && std::filesystem::exists(set.test);
}

}  // namespace

absl::StatusOr<SetDescriptor> SplitSet(const SetDescriptor& set, const std::string& program,
                                       const std::string& cache_directory) {
  if (!set.IsWhole()) return set;
  COFILTER_ASSIGN_OR_RETURN(const std::string log, runtime::ReadFile(set.events));
  const data::SourceOptions options = SourceOptionsOf(set);
  std::vector<std::string> arguments = {program,    "split", "--events", set.events, "--format",
                                        set.format, "--how", set.split,  "--seed",   "1"};
  if (set.columns.counted) arguments.emplace_back("--counted");
  if (set.order == data::Order::kSequence) arguments.emplace_back("--ordered");
  if (set.format == "table") {
    arguments.insert(
        arguments.end(),
        {"--member-column", set.columns.member, "--item-column", set.columns.item, "--time-column",
         options.table.time_column.empty() ? "none" : options.table.time_column});
  }
  // The place of the log and of the program say nothing about the parts.
  std::string key = log;
  for (std::size_t n = 4; n < arguments.size(); ++n) absl::StrAppend(&key, "\n", arguments[n]);
  const std::filesystem::path place =
      std::filesystem::path(cache_directory) / "splits" /
      absl::StrCat(set.name, "-", runtime::Hex(runtime::Sha256(key)).substr(0, 16));
  SetDescriptor parts = set;
  parts.format = "json";
  parts.columns = {};
  parts.events.clear();
  parts.train = (place / "train.jsonl.zst").string();
  parts.test = (place / "test.jsonl.zst").string();
  if (BothPartsAreThere(parts)) return parts;
  const std::string unfinished = absl::StrCat(place.string(), ".", getpid());
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(unfinished));
  arguments.insert(arguments.end(), {"--out", unfinished});
  COFILTER_RETURN_IF_ERROR(RunToEnd({.arguments = std::move(arguments),
                                     .environment = {},
                                     .output_path = unfinished + "/split.log",
                                     .cpu = std::nullopt})
                               .status());
  std::error_code error;
  std::filesystem::rename(unfinished, place, error);
  // Another run may have been first; its parts are the same.
  if (error) std::filesystem::remove_all(unfinished, error);
  if (BothPartsAreThere(parts)) return parts;
  return absl::InternalError(absl::StrCat("cofilter split left no parts in ", place.string()));
}

}  // namespace cofilter::bench
