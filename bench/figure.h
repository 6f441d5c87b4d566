// A figure: one measured number, what it is held against, and whether it holds.
#ifndef COFILTER_BENCH_FIGURE_H_
#define COFILTER_BENCH_FIGURE_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofilter::bench {

enum class Direction { kAtLeast, kAtMost };

struct Bar {
  Direction direction = Direction::kAtLeast;
  double limit = 0;
};
inline Bar AtLeast(double limit) { return {Direction::kAtLeast, limit}; }
inline Bar AtMost(double limit) { return {Direction::kAtMost, limit}; }
// ">= 0.19": the form that the table and the JSON lines print.
std::string BarText(const Bar& bar);

// Of a figure that was taken more than once; its value is the median.
struct Spread {
  double lowest = 0;
  double highest = 0;
  int runs = 0;
};

struct Figure {
  std::string name;             // unique within its benchmark: "gowalla, given: R@20"
  std::optional<double> value;  // absent: not measured, and the note says why
  std::string unit;             // "ms", "MB", "share" of 1, "count", "ratio"
  std::optional<Bar> bar;
  std::optional<Spread> spread;
  std::string note;

  // nullopt without a bar. A figure that was not measured, or is no number, does not hold.
  std::optional<bool> Holds() const;
};

// A number for people: four digits that count, no exponent between 0.0001 and 10 million.
std::string FormatValue(double value);

// A figure that was taken once.
Figure PlainFigure(std::string name, double value, std::string unit,
                   std::optional<Bar> bar = std::nullopt, std::string note = "");

// The lower of the two middle ones when the count is even. REQUIRES: not empty.
double Median(std::span<const double> values);
// The smallest value that at least `share` (0, 1] of all values do not exceed. REQUIRES: not empty.
double Percentile(std::span<const double> values, double share);
// A figure from several runs: the median with its spread. REQUIRES: not empty.
Figure MedianFigure(std::string name, std::span<const double> runs, std::string unit,
                    std::optional<Bar> bar = std::nullopt);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_FIGURE_H_
