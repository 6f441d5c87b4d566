// Reports as one self-contained page: tables, a bar for each figure that has one to pass, and
// curves.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bench/report.h"

namespace cofilter::bench {
namespace {

constexpr const char* kStyle = R"(
body{font:15px/1.45 system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif;margin:2em auto;max-width:66em;padding:0 1em;color:#1d2530}
h1{font-size:1.5em;margin-bottom:.1em}h2{font-size:1.15em;margin-top:2.2em}
p.small,ul.small{color:#55606e;font-size:.9em}
table{border-collapse:collapse;width:100%}th,td{padding:.3em .6em;text-align:left;border-bottom:1px solid #e3e7ec;vertical-align:middle}
th{font-weight:600;color:#55606e;font-size:.85em}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.r{color:#55606e;font-size:.85em}.yes{color:#19703a;font-weight:600}.no{color:#b3261e;font-weight:600}
svg.c text{font:12px system-ui,sans-serif;fill:#55606e}
td.n small{color:#55606e}svg{max-width:100%;height:auto}
)";

std::string Escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

// The value against its bar: the bar stands at two thirds of the width, whatever the unit.
std::string BarPicture(const Figure& figure) {
  if (!figure.bar || !figure.value || !std::isfinite(*figure.value) || figure.bar->limit <= 0)
    return "";
  constexpr double kWidth = 150;
  constexpr double kLimit = 100;
  const double length = std::clamp(*figure.value / figure.bar->limit * kLimit, 1.0, kWidth);
  const char* colour = *figure.Holds() ? "#2f8f5b" : "#c8443c";
  return "<svg width='152' height='16' role='img' aria-label='" + Escape(BarText(*figure.bar)) +
         "'><rect x='0' y='4' width='" + Number(length) + "' height='8' fill='" + colour +
         "'/><line x1='100' y1='0' x2='100' y2='16' stroke='#1d2530' stroke-width='2'/></svg>";
}

std::string FigureRow(const Figure& figure) {
  std::string remark;
  if (figure.spread) {
    remark = "median of " + std::to_string(figure.spread->runs) + ", " +
             FormatValue(figure.spread->lowest) + " to " + FormatValue(figure.spread->highest);
  }
  if (!figure.note.empty()) remark += (remark.empty() ? "" : "; ") + figure.note;
  const std::optional<bool> holds = figure.Holds();
  return "<tr><td>" + Escape(figure.name) + "</td><td class='n'>" +
         (figure.value ? FormatValue(*figure.value) : std::string("not measured")) + " " +
         Escape(figure.unit) + "</td><td class='n'>" +
         (figure.bar ? Escape(BarText(*figure.bar)) : "") + "</td><td>" + BarPicture(figure) +
         "</td><td>" +
         (holds ? (*holds ? "<span class='yes'>holds</span>"
                          : "<span class='no'>does not hold</span>")
                : "") +
         "</td><td class='r'>" + Escape(remark) + "</td></tr>\n";
}

struct Range {
  double low = 0;
  double high = 1;
  double Place(double value, double length) const {
    return high > low ? (value - low) / (high - low) * length : length / 2;
  }
};

Range RangeOf(const std::vector<Curve::Point>& points, double Curve::Point::*coordinate) {
  Range range{points.front().*coordinate, points.front().*coordinate};
  for (const Curve::Point& point : points) {
    range.low = std::min(range.low, point.*coordinate);
    range.high = std::max(range.high, point.*coordinate);
  }
  const double margin = (range.high - range.low) * 0.08;
  return {range.low - margin, range.high + margin};
}

std::string CurvePicture(const Curve& curve) {
  if (curve.points.empty()) return "";
  constexpr double kLeft = 70;
  constexpr double kTop = 16;
  constexpr double kWidth = 520;
  constexpr double kHeight = 240;
  const Range xs = RangeOf(curve.points, &Curve::Point::x);
  const Range ys = RangeOf(curve.points, &Curve::Point::y);
  const auto x = [&](double value) { return kLeft + xs.Place(value, kWidth); };
  const auto y = [&](double value) { return kTop + kHeight - ys.Place(value, kHeight); };
  std::string svg = "<h3>" + Escape(curve.title) +
                    "</h3><svg class='c' width='640' height='320' role='img' aria-label='" +
                    Escape(curve.title) + "'>";
  for (int tick = 0; tick <= 4; ++tick) {
    const double xv = xs.low + (xs.high - xs.low) * tick / 4;
    const double yv = ys.low + (ys.high - ys.low) * tick / 4;
    svg += "<line x1='" + Number(kLeft) + "' x2='" + Number(kLeft + kWidth) + "' y1='" +
           Number(y(yv)) + "' y2='" + Number(y(yv)) + "' stroke='#e3e7ec'/>";
    svg += "<text x='" + Number(kLeft - 8) + "' y='" + Number(y(yv) + 4) + "' text-anchor='end'>" +
           FormatValue(yv) + "</text>";
    svg += "<text x='" + Number(x(xv)) + "' y='" + Number(kTop + kHeight + 18) +
           "' text-anchor='middle'>" + FormatValue(xv) + "</text>";
  }
  std::string path;
  for (const Curve::Point& point : curve.points)
    path += Number(x(point.x)) + "," + Number(y(point.y)) + " ";
  svg += "<polyline points='" + path + "' fill='none' stroke='#2b5fa8' stroke-width='2'/>";
  for (const Curve::Point& point : curve.points) {
    svg += "<circle cx='" + Number(x(point.x)) + "' cy='" + Number(y(point.y)) +
           "' r='4' fill='#2b5fa8'/><text x='" + Number(x(point.x) + 7) + "' y='" +
           Number(y(point.y) - 7) + "'>" + Escape(point.label) + "</text>";
  }
  svg += "<text x='" + Number(kLeft + kWidth / 2) + "' y='" + Number(kTop + kHeight + 40) +
         "' text-anchor='middle'>" + Escape(curve.x_name) + "</text>";
  svg += "<text transform='translate(14," + Number(kTop + kHeight / 2) +
         ") rotate(-90)' text-anchor='middle'>" + Escape(curve.y_name) + "</text></svg>\n";
  return svg;
}

}  // namespace

std::string HtmlPage(std::span<const Report> reports, const std::string& machine,
                     const std::string& time) {
  std::string page =
      "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>Cofilter: "
      "benchmarks</title>"
      "<meta name='viewport' content='width=device-width'><style>" +
      std::string(kStyle) +
      "</style></head><body>\n<h1>Cofilter: benchmarks</h1>\n<p class='small'>" + Escape(time) +
      " · " + Escape(machine) +
      ". In the pictures the line is the bar; green holds, red does not.</p>\n";
  for (const Report& report : reports) {
    page += "<h2>" + Escape(report.bench) +
            "</h2>\n<table><tr><th>figure</th><th>value</th><th>bar</th>"
            "<th></th><th></th><th></th></tr>\n";
    for (const Figure& figure : report.figures) page += FigureRow(figure);
    page += "</table>\n";
    if (!report.conditions.empty()) {
      page += "<ul class='small'>";
      for (const std::string& condition : report.conditions)
        page += "<li>" + Escape(condition) + "</li>";
      page += "</ul>\n";
    }
    for (const Curve& curve : report.curves) page += CurvePicture(curve);
    for (const std::string& section : report.sections) page += section;
  }
  return page + "</body></html>\n";
}

}  // namespace cofilter::bench
