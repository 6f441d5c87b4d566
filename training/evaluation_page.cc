// Chapters to HTML.
#include "training/evaluation_page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "training/evaluation_picture.h"
#include "training/front_comparison.h"
#include "training/svg_chart.h"

namespace cofilter::training {
namespace {

constexpr std::string_view kStyle = R"(
body{font:15px/1.45 system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif;margin:2em auto;max-width:78em;padding:0 1em;color:#1d2530}
h1{font-size:1.5em;margin-bottom:.1em}h2{font-size:1.15em;margin-top:2.2em}
p.small,ul.small{color:#55606e;font-size:.9em}
table{border-collapse:collapse;width:100%}th,td{padding:.25em .5em;text-align:left;border-bottom:1px solid #e3e7ec;vertical-align:middle}
th{font-weight:600;color:#55606e;font-size:.85em}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td:first-child{white-space:nowrap}td.n small{color:#55606e}.yes{color:#19703a;font-weight:600}.no{color:#b3261e;font-weight:600}
svg{max-width:100%;height:auto}
)";

std::string Cell(const std::string& text) { return absl::StrCat("<td class='n'>", text, "</td>"); }

std::string IntervalCell(const Interval& interval) {
  if (interval.members == 0) return Cell("–");
  std::string text = absl::StrFormat("%.4f", interval.mean);
  if (interval.high > interval.low) {
    absl::StrAppendFormat(&text, " <small>%.4f–%.4f</small>", interval.low, interval.high);
  }
  return Cell(text);
}

std::string DialText(const Evaluation& e) {
  return e.notch < 0 ? e.variant : absl::StrFormat("dial %.1f", e.notch / 10.0);
}

// Columns that there are where items have topics, or the model embeddings.
struct VarietyColumn {
  const char* name;
  Interval Evaluation::*field;
  int digits;
};
std::vector<VarietyColumn> VarietyColumns(std::span<const Evaluation> evaluations) {
  std::vector<VarietyColumn> columns = {
      {"similarity, topics", &Evaluation::topic_similarity, 3},
      {"similarity, embeddings", &Evaluation::embedding_similarity, 3},
      {"topics in a list", &Evaluation::topics, 1}};
  std::erase_if(columns, [&](const VarietyColumn& column) {
    return std::none_of(evaluations.begin(), evaluations.end(),
                        [&](const Evaluation& e) { return (e.*column.field).members > 0; });
  });
  return columns;
}

std::string Table(std::span<const Evaluation> evaluations) {
  const std::vector<VarietyColumn> variety = VarietyColumns(evaluations);
  const std::string at = absl::StrCat("@", evaluations[0].k);
  std::string html = absl::StrCat(
      "<table><tr><th>model</th><th></th><th class='n'>recall", at, "</th><th class='n'>NDCG", at,
      "</th><th class='n'>tail recall</th><th class='n'>coverage</th><th class='n'>Gini</th>"
      "<th class='n'>novelty, bits</th><th class='n'>share of the tail</th>");
  for (const VarietyColumn& column : variety) {
    absl::StrAppend(&html, "<th class='n'>", column.name, "</th>");
  }
  absl::StrAppend(&html, "</tr>\n");
  for (const Evaluation& e : evaluations) {
    absl::StrAppend(
        &html, "<tr><td>", EscapedMarkup(e.model), "</td><td>", EscapedMarkup(DialText(e)), "</td>",
        IntervalCell(e.recall), IntervalCell(e.ndcg), IntervalCell(e.tail_recall),
        Cell(absl::StrFormat("%.4f", e.coverage)), Cell(absl::StrFormat("%.4f", e.gini)),
        Cell(absl::StrFormat("%.2f", e.novelty.mean)),
        Cell(absl::StrFormat("%.3f", e.tail_share.mean)));
    for (const VarietyColumn& column : variety) {
      const Interval& interval = e.*column.field;
      absl::StrAppend(&html, Cell(interval.members == 0
                                      ? "–"
                                      : absl::StrFormat("%.*f", column.digits, interval.mean)));
    }
    absl::StrAppend(&html, "</tr>\n");
  }
  return html + "</table>\n";
}

// What the dial's notches beat; empty where there is no dial or nothing beside it.
std::string Comparison(std::span<const Evaluation> evaluations) {
  std::vector<Evaluation> notches, points;
  for (const Evaluation& e : evaluations) (e.notch >= 0 ? notches : points).push_back(e);
  if (notches.size() < 2 || points.empty()) return "";
  const std::vector<FrontComparison> comparisons = CompareFront(notches, points);
  const auto held = std::count_if(comparisons.begin(), comparisons.end(),
                                  [](const FrontComparison& each) { return each.holds; });
  std::string html = absl::StrFormat(
      "<p>Against every point that keeps nine tenths of the best recall, a notch of the dial with "
      "at least its recall is no worse in %d of %d comparisons.</p>\n",
      held, comparisons.size());
  if (held == static_cast<std::ptrdiff_t>(comparisons.size())) return html;
  absl::StrAppend(&html,
                  "<table><tr><th>not beaten</th><th class='n'>recall</th><th>measure</th>"
                  "<th class='n'>theirs</th><th class='n'>ours</th><th>dial</th></tr>\n");
  for (const FrontComparison& each : comparisons) {
    if (each.holds) continue;
    const Evaluation& point = points[each.point];
    absl::StrAppend(
        &html, "<tr><td>", EscapedMarkup(absl::StrCat(point.model, " ", point.variant)), "</td>",
        Cell(absl::StrFormat("%.4f", point.recall.mean)), "<td>", TailMeasures()[each.measure].name,
        "</td>", Cell(absl::StrFormat("%.4f", each.theirs)),
        Cell(each.notch < 0 ? "–" : absl::StrFormat("%.4f", each.ours)), "<td>",
        each.notch < 0 ? "none has its recall" : absl::StrFormat("%.1f", each.notch / 10.0),
        "</td></tr>\n");
  }
  return html + "</table>\n";
}

}  // namespace

std::string_view EvaluationStyle() { return kStyle; }

std::string EvaluationSection(const EvaluationChapter& chapter) {
  std::string html = absl::StrCat("<h2>", EscapedMarkup(chapter.title), "</h2>\n");
  if (!chapter.evaluations.empty()) {
    const Evaluation& first = chapter.evaluations[0];
    absl::StrAppendFormat(
        &html,
        "<p class='small'>%d members asked for %d test items (%d of them unknown to training), "
        "lists of %d out of %d items. Small figures are 95 %% bootstrap intervals over "
        "members.</p>\n",
        first.members, first.test_items, first.unknown_items, first.k, first.catalogue);
    absl::StrAppend(&html, Table(chapter.evaluations));
    if (chapter.evaluations.size() > 1) absl::StrAppend(&html, FrontPicture(chapter.evaluations));
    absl::StrAppend(&html, Comparison(chapter.evaluations));
  }
  if (!chapter.notes.empty()) {
    absl::StrAppend(&html, "<ul class='small'>");
    for (const std::string& note : chapter.notes)
      absl::StrAppend(&html, "<li>", EscapedMarkup(note), "</li>");
    absl::StrAppend(&html, "</ul>\n");
  }
  return html;
}

std::string EvaluationPage(const std::string& title, std::span<const EvaluationChapter> chapters) {
  std::string html = absl::StrCat(
      "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>", EscapedMarkup(title),
      "</title><meta name='viewport' content='width=device-width'><style>", std::string(kStyle),
      "</style></head><body>\n<h1>", EscapedMarkup(title), "</h1>\n");
  for (const EvaluationChapter& chapter : chapters)
    absl::StrAppend(&html, EvaluationSection(chapter));
  return html + "</body></html>\n";
}

}  // namespace cofilter::training
