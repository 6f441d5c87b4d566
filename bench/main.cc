// cofilter-bench: takes figures and says whether they hold.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/arguments.h"
#include "bench/benchmark.h"
#include "bench/report.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

std::string ProgramsDirectory() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

absl::StatusOr<Settings> MakeSettings(const Arguments& arguments) {
  Settings settings{.root = arguments.root,
                    .programs = ProgramsDirectory(),
                    .work_directory = absl::StrCat(arguments.root, "/var/bench/run-", getpid()),
                    .cache_directory = absl::StrCat(arguments.root, "/var/bench/cache"),
                    .data_directory = arguments.data_directory,
                    .set_directory = arguments.set_directory,
                    .set_name = arguments.set_name,
                    .rounds = arguments.rounds,
                    .smoke = arguments.smoke};
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(settings.work_directory));
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(settings.cache_directory));
  return settings;
}

absl::Status WritePage(const Arguments& arguments, const std::vector<Report>& reports,
                       const std::string& machine, const std::string& time) {
  std::string path = arguments.html_path;
  if (path.empty()) {
    std::string name = time;
    std::erase(name, ':');
    path = absl::StrCat(arguments.root, "/var/bench/", name, ".html");
  }
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(path, HtmlPage(reports, machine, time)));
  std::cerr << "page: " << path << "\n";
  return absl::OkStatus();
}

// A run that could not take its figures is a figure that was not measured.
Report Failed(const Benchmark& benchmark, const absl::Status& status) {
  Report report{
      .bench = std::string(benchmark.name), .figures = {}, .conditions = {}, .curves = {}};
  report.Add({.name = "all figures",
              .value = std::nullopt,
              .unit = "",
              .bar = AtLeast(1),
              .spread = std::nullopt,
              .note = std::string(status.message())});
  return report;
}

int Run(const Arguments& arguments) {
  if (arguments.help) {
    std::cout << UsageText();
    return 0;
  }
  if (arguments.list) {
    for (const Benchmark& benchmark : Benchmarks()) {
      std::cout << benchmark.name << std::string(18 - benchmark.name.size(), ' ')
                << benchmark.summary << "\n";
    }
    return 0;
  }
  absl::StatusOr<Settings> settings = MakeSettings(arguments);
  if (!settings.ok()) {
    std::cerr << "bench: " << settings.status().message() << "\n";
    return 1;
  }
  const std::string machine = MachineText();
  const std::string time = runtime::FormatTime(
      std::chrono::floor<std::chrono::seconds>(runtime::SystemClock::Instance().Now()));
  bool holds = true;
  std::vector<Report> reports;
  for (const Benchmark* benchmark : arguments.benchmarks) {
    absl::StatusOr<Report> report = benchmark->run(*settings);
    if (!report.ok()) {
      std::cerr << "bench: " << benchmark->name << ": " << report.status().message() << "\n";
      report = Failed(*benchmark, report.status());
    }
    holds = holds && report->Holds();
    std::cout << (arguments.json ? JsonLines(*report) : TableText(*report)) << std::flush;
    reports.push_back(*std::move(report));
  }
  if (!arguments.json) std::cout << machine << "\n";
  std::error_code error;
  std::filesystem::remove_all(settings->work_directory, error);
  if (arguments.html) {
    const absl::Status written = WritePage(arguments, reports, machine, time);
    if (!written.ok()) {
      std::cerr << "bench: " << written.message() << "\n";
      return 1;
    }
  }
  return holds ? 0 : 1;
}

}  // namespace
}  // namespace cofilter::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const char* data = std::getenv("COFILTER_BENCH_DATA");
  const auto arguments = cofilter::bench::ParseArguments(words, data == nullptr ? "" : data);
  if (!arguments.ok()) {
    std::cerr << "bench: " << arguments.status().message() << "\n" << cofilter::bench::UsageText();
    return 2;
  }
  return cofilter::bench::Run(*arguments);
}
