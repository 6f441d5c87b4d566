// Drawing by hand: axes, points, bars, labels that keep out of each other's way.
#include "training/svg_chart.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cofilter::training {
namespace {

constexpr std::string_view kInk = "#22303c";
constexpr std::string_view kQuiet = "#5b6b79";
constexpr std::string_view kGrid = "#e3e8ed";
constexpr std::string_view kAxis = "#9aa8b5";
constexpr double kLabelSize = 12;
// Width of a character against its size, of the sans-serif fonts that browsers choose.
constexpr double kCharacterWidth = 0.56;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

double TextWidth(std::string_view text, double size) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  });
  return static_cast<double>(characters) * size * kCharacterWidth;
}

bool Overlap(const SvgArea& a, const SvgArea& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// Decimals that tell ticks of this step apart.
std::string TickText(double value, double step) {
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 8);
  return absl::StrFormat("%.*f", decimals, std::abs(value) < step / 2 ? 0.0 : value);
}

// Four significant digits in place of six decimals: ".0812", "12.30".
std::string ValueText(double value) {
  return absl::StrFormat("%.*f", value < 1 ? 4 : value < 100 ? 2 : 0, value);
}

}  // namespace

std::string EscapedMarkup(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return escaped;
}

std::vector<double> AxisTicks(double low, double high) {
  if (!(high > low)) {
    const double room = std::max(std::abs(low) * 0.1, 0.01);
    high = low + room;
    low -= room;
  }
  const double raw = (high - low) / 6;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    step = factor * power;
    if (step >= raw * (1 - 1e-9)) break;
  }
  std::vector<double> ticks;
  const auto first = static_cast<long long>(std::floor(low / step + 1e-9));
  const auto last = static_cast<long long>(std::ceil(high / step - 1e-9));
  for (long long at = first; at <= last; ++at) ticks.push_back(static_cast<double>(at) * step);
  return ticks;
}

SvgCanvas::SvgCanvas(double width, double height) {
  svg_ = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\" "
      "font-family=\"Inter, 'Noto Sans', 'DejaVu Sans', sans-serif\">\n"
      "<rect width=\"%g\" height=\"%g\" fill=\"#ffffff\"/>\n",
      width, height, width, height, width, height);
}

void SvgCanvas::Text(double x, double y, std::string_view text, double size,
                     std::string_view colour, std::string_view anchor, bool bold) {
  absl::StrAppendFormat(
      &svg_,
      "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%g\" fill=\"%s\" text-anchor=\"%s\"%s>%s</text>\n",
      x, y, size, View(colour), View(anchor), bold ? " font-weight=\"600\"" : "",
      EscapedMarkup(text));
}

void SvgCanvas::Line(double x1, double y1, double x2, double y2, std::string_view colour,
                     double width) {
  absl::StrAppendFormat(
      &svg_,
      "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%g\"/>\n",
      x1, y1, x2, y2, View(colour), width);
}

void SvgCanvas::Draw(const ScatterChart& chart, const SvgArea& area) {
  const SvgArea plot{area.x + 72, area.y + 34, area.width - 72 - 40, area.height - 34 - 50};
  double x_low = INFINITY, x_high = -INFINITY, y_low = INFINITY, y_high = -INFINITY;
  for (const ScatterSeries& series : chart.series) {
    for (const ScatterPoint& point : series.points) {
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
      x_low = std::min(x_low, point.x);
      x_high = std::max(x_high, point.x);
      y_low = std::min(y_low, point.y);
      y_high = std::max(y_high, point.y);
    }
  }
  Text(area.x, area.y + 14, chart.title, 15, kInk, "start", true);
  if (x_low > x_high) {
    Text(area.x, area.y + 40, "no points", kLabelSize, kQuiet);
    return;
  }
  const std::vector<double> x_ticks = AxisTicks(x_low, x_high), y_ticks = AxisTicks(y_low, y_high);
  const auto x_of = [&](double x) {
    return plot.x + (x - x_ticks.front()) / (x_ticks.back() - x_ticks.front()) * plot.width;
  };
  const auto y_of = [&](double y) {
    return plot.y + plot.height -
           (y - y_ticks.front()) / (y_ticks.back() - y_ticks.front()) * plot.height;
  };
  for (const double tick : x_ticks) {
    Line(x_of(tick), plot.y, x_of(tick), plot.y + plot.height, kGrid, 1);
    Text(x_of(tick), plot.y + plot.height + 18, TickText(tick, x_ticks[1] - x_ticks[0]), kLabelSize,
         kQuiet, "middle");
  }
  for (const double tick : y_ticks) {
    Line(plot.x, y_of(tick), plot.x + plot.width, y_of(tick), kGrid, 1);
    Text(plot.x - 8, y_of(tick) + 4, TickText(tick, y_ticks[1] - y_ticks[0]), kLabelSize, kQuiet,
         "end");
  }
  Line(plot.x, plot.y + plot.height, plot.x + plot.width, plot.y + plot.height, kAxis, 1.2);
  Line(plot.x, plot.y, plot.x, plot.y + plot.height, kAxis, 1.2);
  Text(plot.x + plot.width / 2, plot.y + plot.height + 40, chart.x_title, 13, kInk, "middle");
  absl::StrAppendFormat(
      &svg_,
      "<text transform=\"translate(%.1f %.1f) rotate(-90)\" font-size=\"13\" fill=\"%s\" "
      "text-anchor=\"middle\">%s</text>\n",
      area.x + 12, plot.y + plot.height / 2, View(kInk), EscapedMarkup(chart.y_title));

  std::vector<SvgArea> taken;  // by points and labels
  for (const ScatterSeries& series : chart.series) {
    std::string path;
    const ScatterPoint* last = nullptr;
    for (const ScatterPoint& point : series.points) {
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
      absl::StrAppendFormat(&path, "%s%.1f,%.1f", path.empty() ? "" : " ", x_of(point.x),
                            y_of(point.y));
      taken.push_back({x_of(point.x) - 6, y_of(point.y) - 6, 12, 12});
      if (series.line && last != nullptr) {  // labels keep off the line, too
        for (int step = 1; step < 8; ++step) {
          const double x = last->x + (point.x - last->x) * step / 8;
          const double y = last->y + (point.y - last->y) * step / 8;
          taken.push_back({x_of(x) - 2, y_of(y) - 2, 4, 4});
        }
      }
      last = &point;
    }
    if (series.line) {
      absl::StrAppendFormat(&svg_,
                            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" "
                            "stroke-width=\"2\" stroke-opacity=\"0.45\"/>\n",
                            path, series.colour);
    }
    for (const ScatterPoint& point : series.points) {
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
      absl::StrAppendFormat(&svg_,
                            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\" "
                            "stroke=\"#ffffff\" stroke-width=\"1.5\"/>\n",
                            x_of(point.x), y_of(point.y), series.colour);
    }
  }
  for (const ScatterSeries& series : chart.series) {
    for (const ScatterPoint& point : series.points) {
      if (point.label.empty() || !std::isfinite(point.x) || !std::isfinite(point.y)) continue;
      const double width = TextWidth(point.label, kLabelSize);
      const double x = x_of(point.x), y = y_of(point.y);
      // The first of these places that is free and on the canvas; a label that finds none is left
      // out.
      const SvgArea places[] = {
          {x + 9, y - 7, width, 14},         {x - width / 2, y - 22, width, 14},
          {x - width / 2, y + 9, width, 14}, {x - 9 - width, y - 7, width, 14},
          {x + 7, y - 19, width, 14},        {x - 7 - width, y - 19, width, 14},
          {x + 7, y + 7, width, 14},         {x - 7 - width, y + 7, width, 14}};
      for (const SvgArea& place : places) {
        const bool inside = place.x >= plot.x + 2 && place.x + place.width <= area.x + area.width &&
                            place.y >= plot.y - 16 &&
                            place.y + place.height <= plot.y + plot.height;
        if (!inside || std::any_of(taken.begin(), taken.end(),
                                   [&](const SvgArea& other) { return Overlap(place, other); }))
          continue;
        taken.push_back(place);
        Text(place.x, place.y + 11, point.label, kLabelSize, series.colour);
        break;
      }
    }
  }
}

void SvgCanvas::Draw(const BarChart& chart, const SvgArea& area) {
  Text(area.x, area.y + 14, chart.title, 15, kInk, "start", true);
  if (chart.bars.empty()) return;
  double label_width = 0, largest = 0;
  for (const Bar& bar : chart.bars) {
    label_width = std::max(label_width, TextWidth(bar.label, kLabelSize));
    if (std::isfinite(bar.value))
      largest = std::max({largest, bar.value, std::isfinite(bar.high) ? bar.high : 0});
  }
  label_width = std::min(label_width, area.width * 0.45);
  const double left = area.x + label_width + 10;
  const double room = area.x + area.width - left - 54;  // the rest is for the value
  const double step = std::min((area.height - 28) / static_cast<double>(chart.bars.size()), 26.0);
  for (std::size_t i = 0; i < chart.bars.size(); ++i) {
    const Bar& bar = chart.bars[i];
    if (!std::isfinite(bar.value)) continue;
    const double top = area.y + 28 + step * static_cast<double>(i);
    const double middle = top + step * 0.4;
    const double length = largest > 0 ? bar.value / largest * room : 0;
    Text(left - 8, middle + 4, bar.label, kLabelSize, kInk, "end");
    absl::StrAppendFormat(
        &svg_,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"%s\"/>\n", left,
        top, std::max(length, 1.0), step * 0.8, bar.colour);
    double end = left + length;
    if (bar.high > bar.low && largest > 0) {
      const double low = left + bar.low / largest * room, high = left + bar.high / largest * room;
      Line(low, middle, high, middle, kInk, 1.2);
      Line(low, middle - 3, low, middle + 3, kInk, 1.2);
      Line(high, middle - 3, high, middle + 3, kInk, 1.2);
      end = std::max(end, high);
    }
    Text(end + 6, middle + 4, ValueText(bar.value), kLabelSize, kInk);
  }
}

std::string SvgCanvas::Finish() && { return std::move(svg_) + "</svg>\n"; }

}  // namespace cofilter::training
