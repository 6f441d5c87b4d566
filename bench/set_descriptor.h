// A data set that a benchmark runs on: which files, in which format, and whether their order means
// time.
#ifndef COFILTER_BENCH_SET_DESCRIPTOR_H_
#define COFILTER_BENCH_SET_DESCRIPTOR_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "data/record_source.h"

namespace cofilter::bench {

// The file that says it, in the set's own directory. docs/benchmarks.md gives its keys.
inline constexpr std::string_view kDescriptorFile = "dataset.json";

struct SetDescriptor {
  std::string name;  // of the directory
  std::string directory;
  std::string format;  // as data::ParseFormat takes it: "list", "json", "csv", "auto"
  data::Order order = data::Order::kNone;
  std::string train;  // path of the training file
  std::string test;   // path of the test file
};

// "none", "sequence", "time".
std::string_view OrderName(data::Order order);
// What reads one of the set's files.
data::SourceOptions SourceOptionsOf(const SetDescriptor& set);

// Reads DIR/dataset.json and checks that its files are there. Errors: NOT_FOUND names the file;
// INVALID_ARGUMENT names the key, the value and what would be right.
absl::StatusOr<SetDescriptor> ReadDescriptor(const std::string& directory);

// One of the public sets, by its name: its own descriptor where it has one, else the built-in one.
// Errors: NOT_FOUND names the set, where it was looked for and the public source that it comes
// from.
absl::StatusOr<SetDescriptor> FindSet(const std::string& data_directory, const std::string& name);

// The JSON text of a descriptor, parsed; paths are relative to `directory` and not checked.
absl::StatusOr<SetDescriptor> ParseDescriptor(std::string_view text, const std::string& directory);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_SET_DESCRIPTOR_H_
