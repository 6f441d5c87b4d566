// A data set that a benchmark runs on: which files, in which format, and whether their order means
// time.
#ifndef COFILTER_BENCH_SET_DESCRIPTOR_H_
#define COFILTER_BENCH_SET_DESCRIPTOR_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "data/record_source.h"

namespace cofilter::bench {

// The file that says it, in the set's own directory. docs/benchmarks.md gives its keys.
inline constexpr std::string_view kDescriptorFile = "dataset.json";

// What is known of a set's columns and lines beyond the format's name.
struct SetColumns {
  std::string member, item;  // of a table
  std::string time;          // of a table; empty: it has none
  bool counted = false;      // of a list, see ListFormatOptions
};

// Where a set's items have titles or topics.
struct SetItems {
  std::string path;  // empty: nowhere
  // Columns of a table with a header row; item empty: the file is a catalogue, as `cofilter items`
  // takes it.
  std::string item, title, topics;  // topics empty: it has none
  char topic_separator = '|';
};

struct SetDescriptor {
  std::string name;  // of the directory
  std::string directory;
  std::string format;  // as data::ParseFormat takes it: "list", "json", "csv", "table", "auto"
  data::Order order = data::Order::kNone;
  std::string train;  // path of the training file
  std::string test;   // path of the test file
  // A set that comes whole has a log in place of the two parts, and says how `cofilter split` cuts
  // it: "leave-last-out", "hash", "time" or "cold", with seed 1 and a fifth for the test. SplitSet
  // makes the parts.
  std::string events;
  std::string split;
  SetColumns columns;
  SetItems items;

  bool IsWhole() const { return !events.empty(); }
};

// "none", "sequence", "time".
std::string_view OrderName(data::Order order);
// What reads one of the set's files.
data::SourceOptions SourceOptionsOf(const SetDescriptor& set);

// Reads DIR/dataset.json and checks that its files are there. Errors: NOT_FOUND names the file;
// INVALID_ARGUMENT names the key, the value and what would be right.
absl::StatusOr<SetDescriptor> ReadDescriptor(const std::string& directory);

// The names of the built-in public sets.
std::vector<std::string> PublicSetNames();

// One of the public sets, by its name: its own descriptor where it has one, else the built-in one.
// Errors: NOT_FOUND names the set, where it was looked for and the public source that it comes
// from.
absl::StatusOr<SetDescriptor> FindSet(const std::string& data_directory, const std::string& name);

// The JSON text of a descriptor, parsed; paths are relative to `directory` and not checked.
absl::StatusOr<SetDescriptor> ParseDescriptor(std::string_view text, const std::string& directory);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_SET_DESCRIPTOR_H_
