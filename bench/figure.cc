// Bars, medians and how a number is written.
#include "bench/figure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace cofilter::bench {

std::string FormatValue(double value) {
  char text[64];
  const double magnitude = std::fabs(value);
  if (value == std::floor(value) && magnitude < 1e7) {
    std::snprintf(text, sizeof text, "%.0f", value);
  } else if (magnitude >= 1e-4 && magnitude < 1e7) {
    const int digits = std::max(0, 3 - static_cast<int>(std::floor(std::log10(magnitude))));
    std::snprintf(text, sizeof text, "%.*f", digits, value);
  } else {
    std::snprintf(text, sizeof text, "%.3g", value);
  }
  return text;
}

std::string BarText(const Bar& bar) {
  char number[32];
  std::snprintf(number, sizeof number, "%.10g", bar.limit);
  return (bar.direction == Direction::kAtLeast ? ">= " : "<= ") + std::string(number);
}

std::optional<bool> Figure::Holds() const {
  if (!bar.has_value()) return std::nullopt;
  if (!value.has_value() || !std::isfinite(*value)) return false;
  return bar->direction == Direction::kAtLeast ? *value >= bar->limit : *value <= bar->limit;
}

double Percentile(std::span<const double> values, double share) {
  std::vector<double> sorted(values.begin(), values.end());
  const double at = std::ceil(share * static_cast<double>(sorted.size()));
  const auto place =
      static_cast<std::size_t>(std::clamp(at - 1, 0.0, static_cast<double>(sorted.size() - 1)));
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(place),
                   sorted.end());
  return sorted[place];
}

Figure PlainFigure(std::string name, double value, std::string unit, std::optional<Bar> bar,
                   std::string note) {
  return {.name = std::move(name),
          .value = value,
          .unit = std::move(unit),
          .bar = bar,
          .spread = {},
          .note = std::move(note)};
}

double Median(std::span<const double> values) { return Percentile(values, 0.5); }

Figure MedianFigure(std::string name, std::span<const double> runs, std::string unit,
                    std::optional<Bar> bar) {
  const auto [lowest, highest] = std::minmax_element(runs.begin(), runs.end());
  return {.name = std::move(name),
          .value = Median(runs),
          .unit = std::move(unit),
          .bar = bar,
          .spread = Spread{*lowest, *highest, static_cast<int>(runs.size())},
          .note = {}};
}

}  // namespace cofilter::bench
