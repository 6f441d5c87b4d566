// Words to arguments: flags may stand anywhere, values follow as the next word or after '='.
#include "bench/arguments.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "bench/set_descriptor.h"

namespace cofilter::bench {

std::string_view UsageText() {
  return R"(Usage: bench/run --list
       bench/run NAME... [--data DIR] [--json] [--html[=FILE]]
Takes every figure that an issue or a document states, and says whether it holds.
  --list        the benchmarks, a line each
  --data DIR    where the public sets lie, a directory each (default: $COFILTER_BENCH_DATA)
  --set SET     quality, served-quality, diversity: this set alone; a public name, or a directory
                with a dataset.json, without bars
  --json        one JSON object a line: bench, figure, value, unit, bar, holds
  --html[=FILE] also write a page (default: var/bench/<time>.html)
  --rounds N    how often crash kills, reaction reacts, train trains (default: 50, 1000, 5)
  --smoke       a tiny generated log and no bars: does everything run (default: all benchmarks)
Exit status: 0 all bars hold; 1 one does not, or a set is missing; 2 the command line is wrong.
Example: bench/run served-quality latency --data ~/sets --html
)";
}

absl::StatusOr<Arguments> ParseArguments(std::span<const std::string> words,
                                         const std::string& environment_data) {
  Arguments arguments;
  arguments.data_directory = environment_data;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (!word.starts_with("-")) {
      const Benchmark* benchmark = FindBenchmark(word);
      if (benchmark == nullptr) {
        return absl::InvalidArgumentError(
            absl::StrCat("there is no benchmark \"", word, "\"; --list names them"));
      }
      arguments.benchmarks.push_back(benchmark);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string flag = word.substr(0, equals);
    const auto value = [&]() -> absl::StatusOr<std::string> {
      if (equals != std::string::npos) return word.substr(equals + 1);
      if (at + 1 >= words.size())
        return absl::InvalidArgumentError(absl::StrCat(flag, " needs a value"));
      return words[++at];
    };
    if (flag == "--data" || flag == "--set" || flag == "--root" || flag == "--rounds") {
      absl::StatusOr<std::string> text = value();
      if (!text.ok()) return text.status();
      if (flag == "--data") arguments.data_directory = *text;
      if (flag == "--set") {
        const std::vector<std::string> names = PublicSetNames();
        const bool known = std::find(names.begin(), names.end(), *text) != names.end();
        (known ? arguments.set_name : arguments.set_directory) = *text;
      }
      if (flag == "--root") arguments.root = *text;
      if (flag == "--rounds") {
        int rounds = 0;
        const auto [end, error] =
            std::from_chars(text->data(), text->data() + text->size(), rounds);
        if (error != std::errc() || end != text->data() + text->size() || rounds < 1) {
          return absl::InvalidArgumentError(
              absl::StrCat("--rounds is \"", *text, "\"; it must be a whole number from 1"));
        }
        arguments.rounds = rounds;
      }
    } else if (flag == "--html") {
      arguments.html = true;
      if (equals != std::string::npos) arguments.html_path = word.substr(equals + 1);
    } else if (word == "--json") {
      arguments.json = true;
    } else if (word == "--list") {
      arguments.list = true;
    } else if (word == "--smoke") {
      arguments.smoke = true;
    } else if (word == "--help" || word == "-h") {
      arguments.help = true;
    } else {
      return absl::InvalidArgumentError(absl::StrCat("\"", word, "\" is not known; see --help"));
    }
  }
  if (arguments.list || arguments.help) return arguments;
  if (arguments.benchmarks.empty() && arguments.smoke) {
    for (const Benchmark& benchmark : Benchmarks()) arguments.benchmarks.push_back(&benchmark);
  }
  if (arguments.benchmarks.empty()) {
    return absl::InvalidArgumentError("name a benchmark; --list names them");
  }
  if (arguments.set_directory.has_value() || arguments.set_name.has_value()) {
    for (const Benchmark* benchmark : arguments.benchmarks) {
      if (benchmark->name != "served-quality" && benchmark->name != "quality" &&
          benchmark->name != "diversity") {
        return absl::InvalidArgumentError(
            absl::StrCat("--set is for quality, served-quality and diversity, not for ",
                         std::string(benchmark->name)));
      }
    }
  }
  return arguments;
}

}  // namespace cofilter::bench
