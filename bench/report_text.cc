// A report as a table for a terminal and as JSON lines for programs.
#include <sched.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/report.h"

namespace cofilter::bench {
namespace {

using Row = std::array<std::string, 5>;

std::string Remark(const Figure& figure) {
  std::string text;
  if (figure.spread.has_value()) {
    text = "median of " + std::to_string(figure.spread->runs) + ", " +
           FormatValue(figure.spread->lowest) + " to " + FormatValue(figure.spread->highest);
  }
  if (!figure.note.empty()) text += (text.empty() ? "" : "; ") + figure.note;
  return text;
}

// Columns that a terminal shows: bytes that do not continue a UTF-8 character.
std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

bool Report::Holds() const {
  return std::none_of(figures.begin(), figures.end(),
                      [](const Figure& figure) { return figure.Holds() == false; });
}

void AddMissing(const absl::Status& why, const std::vector<std::pair<std::string, Bar>>& figures,
                Report* report) {
  std::cerr << "bench: " << report->bench << ": " << why.message() << "\n";
  for (const auto& [name, bar] : figures) {
    report->Add({.name = name,
                 .value = {},
                 .unit = "",
                 .bar = bar,
                 .spread = {},
                 .note = "the set is missing"});
  }
}

std::string TableText(const Report& report) {
  std::vector<Row> rows = {{"figure", "value", "bar", "holds", ""}};
  for (const Figure& figure : report.figures) {
    const std::optional<bool> holds = figure.Holds();
    rows.push_back({figure.name,
                    (figure.value ? FormatValue(*figure.value) : "not measured") +
                        (figure.unit.empty() ? "" : " " + figure.unit),
                    figure.bar ? BarText(*figure.bar) : "", holds ? (*holds ? "yes" : "NO") : "",
                    Remark(figure)});
  }
  std::array<std::size_t, 5> widths{};
  for (const Row& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], Width(row[c]));
  }
  std::string text = report.bench + "\n";
  for (const Row& row : rows) {
    std::string line = " ";
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += " " + row[c] + std::string(widths[c] - Width(row[c]) + 1, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  for (const std::string& condition : report.conditions) text += "  - " + condition + "\n";
  return text;
}

std::string JsonLines(const Report& report) {
  std::string text;
  const auto line = [&](const std::string& name, std::optional<double> value,
                        const std::string& unit, const Figure* judged) {
    nlohmann::ordered_json object;
    object["bench"] = report.bench;
    object["figure"] = name;
    // A number that JSON cannot hold is written as null by the library.
    object["value"] = value.has_value() ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
    object["unit"] = unit;
    object["bar"] = nullptr;
    object["holds"] = nullptr;
    if (judged != nullptr && judged->bar.has_value()) {
      object["bar"] = BarText(*judged->bar);
      object["holds"] = *judged->Holds();
    }
    text += object.dump() + "\n";
  };
  for (const Figure& figure : report.figures) {
    line(figure.name, figure.value, figure.unit, &figure);
    if (!figure.spread.has_value()) continue;
    const std::string runs = std::to_string(figure.spread->runs);
    line(figure.name + ", lowest of " + runs, figure.spread->lowest, figure.unit, nullptr);
    line(figure.name + ", highest of " + runs, figure.spread->highest, figure.unit, nullptr);
  }
  return text;
}

std::string MachineText() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  std::string model = "unknown CPU";
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name") && line.find(": ") != std::string::npos) {
      model = line.substr(line.find(": ") + 2);
      break;
    }
  }
  double load = 0;
  getloadavg(&load, 1);
  return std::to_string(cpus) + " CPUs, " + model + ", load " + FormatValue(load) + " at the start";
}

}  // namespace cofilter::bench
