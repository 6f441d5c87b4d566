// Lays charts of evaluations out on one canvas.
#include "training/evaluation_picture.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "training/front_comparison.h"
#include "training/svg_chart.h"

namespace cofilter::training {
namespace {

constexpr std::array kColours = {"#1f6f8b", "#d1662f", "#6a4c93", "#4f8a3b",
                                 "#b23a6b", "#7a6a4f", "#c29b1c", "#3f4f8f"};
constexpr double kWidth = 1180, kMargin = 36;

std::string ModelText(const Evaluation& e) {
  return e.variant.empty() ? e.model : absl::StrCat(e.model, " ", e.variant);
}
std::string PointLabel(const Evaluation& e) {
  return e.notch < 0 ? ModelText(e) : absl::StrFormat("%.1f", e.notch / 10.0);
}
std::string BarLabel(const Evaluation& e) {
  return e.notch < 0 ? ModelText(e) : absl::StrFormat("%s %.1f", e.model, e.notch / 10.0);
}

// In the order of appearance.
std::vector<std::string> ModelsOf(std::span<const Evaluation> evaluations) {
  std::vector<std::string> models;
  for (const Evaluation& e : evaluations) {
    if (std::find(models.begin(), models.end(), e.model) == models.end()) models.push_back(e.model);
  }
  return models;
}

// The models with their colours, from the right.
void DrawLegend(std::span<const std::string> models, double y, SvgCanvas* canvas) {
  double x = kWidth - kMargin;
  for (std::size_t m = models.size(); m-- > 0;) {
    canvas->Text(x, y, models[m], 13, kColours[m % kColours.size()], "end", true);
    x -= static_cast<double>(models[m].size()) * 8 + 22;
  }
}

}  // namespace

std::string EvaluationPicture(std::span<const Evaluation> evaluations) {
  const std::vector<std::string> models = ModelsOf(evaluations);
  const auto colour_of = [&models](const Evaluation& e) -> std::string {
    const auto at = std::find(models.begin(), models.end(), e.model);
    return kColours[static_cast<std::size_t>(at - models.begin()) % kColours.size()];
  };
  ScatterChart scatter;
  const std::string at = evaluations.empty() ? "" : absl::StrCat("@", evaluations[0].k);
  scatter.title = "Accuracy against the tail";
  scatter.x_title = absl::StrCat("tail recall", at, " (right: further into the tail)");
  scatter.y_title = absl::StrCat("recall", at, " (up: more accurate)");
  for (const std::string& model : models) {
    ScatterSeries series;
    series.name = model;
    for (const Evaluation& e : evaluations) {
      if (e.model != model) continue;
      series.colour = colour_of(e);
      series.line = e.notch >= 0;
      series.points.push_back({e.tail_recall.mean, e.recall.mean, PointLabel(e)});
    }
    scatter.series.push_back(std::move(series));
  }
  // Beside baselines the dial's own course is a short stroke: it gets a chart of its own.
  ScatterChart dial = scatter;
  dial.title = "What the long-tail dial gives, and what it costs";
  std::erase_if(dial.series, [](const ScatterSeries& series) { return series.points.size() < 2; });
  const bool two_charts = !dial.series.empty() && dial.series.size() < scatter.series.size();
  if (two_charts) {
    for (ScatterSeries& series : scatter.series) {
      for (std::size_t p = 0; p < series.points.size() && series.points.size() > 1; ++p) {
        series.points[p].label = p == 0 ? series.name : "";
      }
    }
  }
  struct BarSpec {
    std::string title;
    Interval Evaluation::*field;
  };
  const BarSpec specs[] = {{absl::StrCat("recall", at), &Evaluation::recall},
                           {absl::StrCat("NDCG", at), &Evaluation::ndcg},
                           {absl::StrCat("tail recall", at), &Evaluation::tail_recall}};
  std::vector<BarChart> charts;
  for (const BarSpec& spec : specs) {
    BarChart& chart = charts.emplace_back();
    chart.title = spec.title;
    for (const Evaluation& e : evaluations) {
      const Interval& interval = e.*spec.field;
      chart.bars.push_back({BarLabel(e), interval.mean, interval.low, interval.high, colour_of(e)});
    }
  }
  BarChart& coverage = charts.emplace_back();
  coverage.title = "coverage of the catalogue";
  for (const Evaluation& e : evaluations)
    coverage.bars.push_back({BarLabel(e), e.coverage, 0, 0, colour_of(e)});

  const double bars_height =
      40 + 24.0 * static_cast<double>(std::max<std::size_t>(evaluations.size(), 1));
  const double scatter_height = 420;
  const double height = 100 + scatter_height + 2 * (bars_height + 24) + 20;
  SvgCanvas canvas(kWidth, height);
  canvas.Text(kMargin, 44, "Evaluation", 22, "#22303c", "start", true);
  if (!evaluations.empty()) {
    const Evaluation& e = evaluations[0];
    canvas.Text(kMargin, 68,
                absl::StrFormat("%d members, %d test items, lists of %d out of %d items; whiskers "
                                "are 95 %% bootstrap intervals",
                                e.members, e.test_items, e.k, e.catalogue),
                13, "#5b6b79");
  }
  DrawLegend(models, 68, &canvas);  // points carry notches in place of names
  const double half = (kWidth - 3 * kMargin) / 2;
  if (two_charts) {
    canvas.Draw(dial, {kMargin, 92, half, scatter_height});
    canvas.Draw(scatter, {2 * kMargin + half, 92, half, scatter_height});
  } else {
    canvas.Draw(scatter, {kMargin, 92, kWidth - 2 * kMargin, scatter_height});
  }
  for (std::size_t c = 0; c < charts.size(); ++c) {
    const std::size_t row = c / 2, column = c % 2;
    canvas.Draw(charts[c], {kMargin + static_cast<double>(column) * (half + kMargin),
                            112 + scatter_height + static_cast<double>(row) * (bars_height + 24),
                            half, bars_height});
  }
  return std::move(canvas).Finish();
}

std::string FrontPicture(std::span<const Evaluation> evaluations) {
  double best = 0;
  for (const Evaluation& e : evaluations) best = std::max(best, e.recall.mean);
  const std::vector<std::string> models = ModelsOf(evaluations);
  const double half = (kWidth - 3 * kMargin) / 2, height = 340;
  SvgCanvas canvas(kWidth, 2 * (height + 24) + 60);
  DrawLegend(models, 32, &canvas);
  for (std::size_t measure = 0; measure < TailMeasures().size(); ++measure) {
    const TailMeasure& tail = TailMeasures()[measure];
    ScatterChart chart;
    chart.title = absl::StrCat("Recall against ", tail.name);
    chart.x_title =
        absl::StrCat(tail.name, tail.larger_is_better ? " (right is better)" : " (left is better)");
    chart.y_title = evaluations.empty() ? "recall" : absl::StrCat("recall@", evaluations[0].k);
    for (std::size_t m = 0; m < models.size(); ++m) {
      ScatterSeries series;
      series.name = models[m];
      series.colour = kColours[m % kColours.size()];
      for (const Evaluation& e : evaluations) {
        if (e.model != models[m] || e.recall.mean < 0.5 * best) continue;
        series.points.push_back(
            {tail.value(e), e.recall.mean,
             e.notch < 0 ? e.variant : absl::StrFormat("%.1f", e.notch / 10.0)});
      }
      series.line = series.points.size() > 1;
      chart.series.push_back(std::move(series));
    }
    const std::size_t row = measure / 2;
    canvas.Draw(chart, {kMargin + static_cast<double>(measure % 2) * (half + kMargin),
                        48 + static_cast<double>(row) * (height + 24), half, height});
  }
  return std::move(canvas).Finish();
}

}  // namespace cofilter::training
