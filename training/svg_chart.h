// Small charts as SVG text: a scatter with labelled points and a line through them, and horizontal
// bars.
#ifndef COFILTER_TRAINING_SVG_CHART_H_
#define COFILTER_TRAINING_SVG_CHART_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofilter::training {

// Text as it may stand in SVG and HTML, also within quotes.
std::string EscapedMarkup(std::string_view text);

// A place on the canvas: SVG units, y downwards.
struct SvgArea {
  double x = 0, y = 0, width = 0, height = 0;
};

struct ScatterPoint {
  double x = 0, y = 0;
  std::string label;  // beside the point; empty: none
};
struct ScatterSeries {
  std::string name;
  std::string colour;  // "#2a6f97"
  bool line = false;   // through the points in their order
  std::vector<ScatterPoint> points;
};
struct ScatterChart {
  std::string title, x_title, y_title;
  std::vector<ScatterSeries> series;
};

struct Bar {
  std::string label;
  double value = 0;          // ≥ 0
  double low = 0, high = 0;  // whiskers where high > low
  std::string colour;
};
struct BarChart {
  std::string title;
  std::vector<Bar> bars;
};

// Rounded values of an axis that covers [low, high]: 3 to 8 ticks in steps of 1, 2 or 5 times a
// power of ten. Equal ends are widened.
std::vector<double> AxisTicks(double low, double high);

// Collects charts and text on one canvas. Text is escaped; numbers that are not finite are left
// out.
class SvgCanvas {
 public:
  SvgCanvas(double width, double height);
  void Text(double x, double y, std::string_view text, double size, std::string_view colour,
            std::string_view anchor = "start", bool bold = false);
  void Draw(const ScatterChart& chart, const SvgArea& area);
  void Draw(const BarChart& chart, const SvgArea& area);
  // The whole document. Uses the canvas up.
  std::string Finish() &&;

 private:
  void Line(double x1, double y1, double x2, double y2, std::string_view colour, double width);
  std::string svg_;
};

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_SVG_CHART_H_
