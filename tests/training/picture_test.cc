// The pictures: axes, escaping, labels that do not overlap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "training/evaluation_picture.h"
#include "training/svg_chart.h"

namespace cofilter::training {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(AxisTicksTest, CoverTheRangeInRoundSteps) {
  for (const auto& [low, high] :
       {std::pair{0.0, 1.0}, {0.1771, 0.1894}, {3.0, 3.0}, {0.0, 0.0}, {-5.0, 1234.0}}) {
    const std::vector<double> ticks = AxisTicks(low, high);
    ASSERT_GE(ticks.size(), 3u) << low << " " << high;
    EXPECT_LE(ticks.size(), 10u);
    EXPECT_LE(ticks.front(), low + 1e-9);
    EXPECT_GE(ticks.back(), high - 1e-9);
  }
}

TEST(SvgCanvasTest, EscapesText) {
  SvgCanvas canvas(100, 100);
  canvas.Text(1, 2, "<a & \"b\">", 12, "#000000");
  const std::string svg = std::move(canvas).Finish();
  EXPECT_THAT(svg, HasSubstr("&lt;a &amp; &quot;b&quot;&gt;"));
  EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
}

TEST(SvgCanvasTest, LeavesOutWhatIsNoNumber) {
  SvgCanvas canvas(400, 300);
  ScatterChart chart;
  chart.series = {
      {"s", "#123456", true, {{0.1, 0.2, "in"}, {std::nan(""), 1, "out"}, {0.3, 0.1, "too"}}}};
  canvas.Draw(chart, {0, 0, 400, 300});
  const std::string svg = std::move(canvas).Finish();
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr(">out<")));
  EXPECT_THAT(svg, HasSubstr(">too<"));
}

TEST(SvgCanvasTest, LabelsOfCloseByPointsDoNotOverlap) {
  SvgCanvas canvas(600, 400);
  ScatterChart chart;
  ScatterSeries series{"s", "#123456", false, {}};
  for (int i = 0; i < 11; ++i)
    series.points.push_back({0.07 + 0.002 * i, 0.19 - 0.001 * i, "label " + std::to_string(i)});
  chart.series = {series};
  canvas.Draw(chart, {0, 0, 600, 400});
  const std::string svg = std::move(canvas).Finish();
  const std::regex text("<text x=\"([0-9.]+)\" y=\"([0-9.]+)\"[^>]*>label ");
  std::vector<std::pair<double, double>> places;
  for (std::sregex_iterator at(svg.begin(), svg.end(), text), end; at != end; ++at)
    places.emplace_back(std::stod((*at)[1]), std::stod((*at)[2]));
  EXPECT_GE(places.size(), 5u);
  for (std::size_t a = 0; a < places.size(); ++a) {
    for (std::size_t b = a + 1; b < places.size(); ++b) {
      EXPECT_TRUE(std::abs(places[a].first - places[b].first) > 40 ||
                  std::abs(places[a].second - places[b].second) >= 13);
    }
  }
}

TEST(EvaluationPictureTest, ShowsNotchesAndBaselines) {
  std::vector<Evaluation> all;
  for (int notch = 0; notch <= 10; ++notch) {
    Evaluation& e = all.emplace_back();
    e.model = "news";
    e.notch = notch;
    e.k = 20;
    e.recall.mean = 0.19 - 0.001 * notch;
    e.tail_recall.mean = 0.07 + 0.003 * notch;
  }
  all.emplace_back().model = "popularity";
  const std::string svg = EvaluationPicture(all);
  EXPECT_THAT(svg, HasSubstr("news 1.0"));
  EXPECT_THAT(svg, HasSubstr("popularity"));
  EXPECT_THAT(svg, HasSubstr("What the long-tail dial gives"));
  EXPECT_THAT(EvaluationPicture({}), HasSubstr("no points"));
}

}  // namespace
}  // namespace cofilter::training
