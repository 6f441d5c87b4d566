// What a benchmark hands back, and its three forms: a table, JSON lines, a page.
#ifndef COFILTER_BENCH_REPORT_H_
#define COFILTER_BENCH_REPORT_H_

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "bench/figure.h"

namespace cofilter::bench {

// A curve for the page: labelled points in the order they are joined.
struct Curve {
  struct Point {
    double x = 0;
    double y = 0;
    std::string label;
  };
  std::string title;
  std::string x_name;
  std::string y_name;
  std::vector<Point> points;
};

struct Report {
  std::string bench;
  std::vector<Figure> figures;
  std::vector<std::string> conditions;  // how it was measured, a sentence each
  std::vector<Curve> curves;
  std::vector<std::string> sections = {};  // parts of the page as HTML, below the table

  void Add(Figure figure) { figures.push_back(std::move(figure)); }
  // False when a bar does not hold.
  bool Holds() const;
};

// The figures of a set that is not there: not measured, so they do not hold. Also tells standard
// error why.
void AddMissing(const absl::Status& why, const std::vector<std::pair<std::string, Bar>>& figures,
                Report* report);

// For a terminal: aligned columns, conditions below.
std::string TableText(const Report& report);

// One object a line, the keys bench, figure, value, unit, bar, holds and no other. A figure with a
// spread is followed by two more, "…, lowest of 5" and "…, highest of 5", without a bar. Not
// measured: value null.
std::string JsonLines(const Report& report);

// One self-contained page: no script, no other file. `machine` is MachineText of the run.
std::string HtmlPage(std::span<const Report> reports, const std::string& machine,
                     const std::string& time);

// "2 CPUs, AMD EPYC …, load 0.3 at the start".
std::string MachineText();

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_REPORT_H_
