// Evaluations to text, to JSON and back.
#include "training/evaluation_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cofilter::training {
namespace {

// One list for writing and reading, so that the two cannot part.
struct IntervalField {
  const char* name;
  Interval Evaluation::*field;
  bool later = false;  // reports of earlier versions lack it
};
constexpr IntervalField kIntervals[] = {
    {"recall", &Evaluation::recall},
    {"ndcg", &Evaluation::ndcg},
    {"mrr", &Evaluation::reciprocal_rank},
    {"hit_rate", &Evaluation::hit_rate},
    {"tail_recall", &Evaluation::tail_recall},
    {"head_recall", &Evaluation::head_recall},
    {"aplt", &Evaluation::tail_share},
    {"novelty", &Evaluation::novelty},
    {"topic_similarity", &Evaluation::topic_similarity, true},
    {"embedding_similarity", &Evaluation::embedding_similarity, true},
    {"topics", &Evaluation::topics, true},
};
struct CountField {
  const char* name;
  std::size_t Evaluation::*field;
};
constexpr CountField kCounts[] = {
    {"k", &Evaluation::k},
    {"members", &Evaluation::members},
    {"test_items", &Evaluation::test_items},
    {"unknown_items", &Evaluation::unknown_items},
    {"catalogue", &Evaluation::catalogue},
};

absl::Status Wrong(const std::string& field, const char* right) {
  return absl::InvalidArgumentError(
      absl::StrCat("evaluation: ", field, " is missing or wrong; right: ", right));
}

absl::StatusOr<double> NumberOf(const nlohmann::json& json, const std::string& field,
                                const char* name) {
  const auto at = json.find(name);
  if (at == json.end() || !at->is_number()) return Wrong(absl::StrCat(field, name), "a number");
  return at->get<double>();
}

// Without the leading zero, which says nothing in a column of shares.
std::string Share(double value) {
  std::string text = absl::StrFormat("%.4f", value);
  return text.starts_with("0.") ? text.substr(1) : text;
}

std::string WithSpread(const Interval& interval, bool spread) {
  if (interval.members == 0) return "–";
  if (!spread || interval.high <= interval.low) return Share(interval.mean);
  return absl::StrCat(Share(interval.mean), " ±", Share((interval.high - interval.low) / 2));
}

// Columns that there are where items have topics, or the model embeddings.
void AddVariety(std::span<const Evaluation> evaluations,
                std::vector<std::vector<std::string>>* rows) {
  struct Column {
    const char* name;
    Interval Evaluation::*field;
    int digits;
  };
  for (const Column& column : {Column{"topic similarity", &Evaluation::topic_similarity, 3},
                               Column{"embedding similarity", &Evaluation::embedding_similarity, 3},
                               Column{"topics", &Evaluation::topics, 1}}) {
    const auto measured = [&](const Evaluation& e) { return (e.*column.field).members > 0; };
    if (std::none_of(evaluations.begin(), evaluations.end(), measured)) continue;
    (*rows)[0].push_back(column.name);
    for (std::size_t n = 0; n < evaluations.size(); ++n) {
      const Interval& interval = evaluations[n].*column.field;
      (*rows)[n + 1].push_back(
          interval.members == 0 ? "–" : absl::StrFormat("%.*f", column.digits, interval.mean));
    }
  }
}

std::size_t Columns(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

nlohmann::json EvaluationJson(const Evaluation& evaluation) {
  nlohmann::json json;
  json["model"] = evaluation.model;
  if (!evaluation.variant.empty()) json["variant"] = evaluation.variant;
  json["notch"] = evaluation.notch < 0 ? nlohmann::json() : nlohmann::json(evaluation.notch);
  for (const CountField& count : kCounts) json[count.name] = evaluation.*count.field;
  for (const IntervalField& entry : kIntervals) {
    const Interval& interval = evaluation.*entry.field;
    json[entry.name] = {{"mean", interval.mean},
                        {"low", interval.low},
                        {"high", interval.high},
                        {"members", interval.members}};
  }
  json["coverage"] = evaluation.coverage;
  json["gini"] = evaluation.gini;
  return json;
}

absl::StatusOr<Evaluation> EvaluationFromJson(const nlohmann::json& json) {
  if (!json.is_object()) return Wrong("the report", "an object");
  Evaluation evaluation;
  const auto model = json.find("model");
  if (model == json.end() || !model->is_string()) return Wrong("model", "a string");
  evaluation.model = model->get<std::string>();
  const auto variant = json.find("variant");
  if (variant != json.end()) {
    if (!variant->is_string()) return Wrong("variant", "a string");
    evaluation.variant = variant->get<std::string>();
  }
  const auto notch = json.find("notch");
  if (notch != json.end() && !notch->is_null()) {
    if (!notch->is_number_integer()) return Wrong("notch", "null or 0 to 10");
    evaluation.notch = notch->get<int>();
  }
  for (const CountField& count : kCounts) {
    const auto value = NumberOf(json, "", count.name);
    if (!value.ok()) return value.status();
    if (!(*value >= 0 && *value <= 1e15)) return Wrong(count.name, "a count");
    evaluation.*count.field = static_cast<std::size_t>(*value);
  }
  for (const IntervalField& entry : kIntervals) {
    const auto at = json.find(entry.name);
    if (at == json.end() && entry.later) continue;
    if (at == json.end() || !at->is_object())
      return Wrong(entry.name, "an object with mean, low, high and members");
    const std::string prefix = absl::StrCat(entry.name, ".");
    Interval& interval = evaluation.*entry.field;
    for (const auto& [name, place] :
         {std::pair{"mean", &interval.mean}, {"low", &interval.low}, {"high", &interval.high}}) {
      const auto value = NumberOf(*at, prefix, name);
      if (!value.ok()) return value.status();
      *place = *value;
    }
    const auto members = NumberOf(*at, prefix, "members");
    if (!members.ok()) return members.status();
    if (!(*members >= 0 && *members <= 1e15)) return Wrong(prefix + "members", "a count");
    interval.members = static_cast<std::size_t>(*members);
  }
  for (const auto& [name, place] :
       {std::pair{"coverage", &evaluation.coverage}, {"gini", &evaluation.gini}}) {
    const auto value = NumberOf(json, "", name);
    if (!value.ok()) return value.status();
    *place = *value;
  }
  return evaluation;
}

std::string EvaluationTable(std::span<const Evaluation> evaluations) {
  if (evaluations.empty()) return "";
  const std::string at = absl::StrCat("@", evaluations[0].k);
  std::vector<std::vector<std::string>> rows = {
      {"model", "dial", absl::StrCat("recall", at), absl::StrCat("ndcg", at), "mrr", "hit rate",
       "tail recall", "head recall", "coverage", "gini", "aplt", "novelty"}};
  for (const Evaluation& e : evaluations) {
    rows.push_back({e.variant.empty() ? e.model : absl::StrCat(e.model, " ", e.variant),
                    e.notch < 0 ? "–" : absl::StrFormat("%.1f", e.notch / 10.0),
                    WithSpread(e.recall, true), WithSpread(e.ndcg, true),
                    WithSpread(e.reciprocal_rank, false), WithSpread(e.hit_rate, false),
                    WithSpread(e.tail_recall, true), WithSpread(e.head_recall, false),
                    absl::StrFormat("%.3f", e.coverage), absl::StrFormat("%.3f", e.gini),
                    WithSpread(e.tail_share, false), absl::StrFormat("%.2f", e.novelty.mean)});
  }
  AddVariety(evaluations, &rows);
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], Columns(row[c]));
  }
  std::string text = absl::StrFormat(
      "%d members asked for %d test items (%d of them unknown to training), lists of %d out of %d "
      "items; ± is half a 95 %% interval\n",
      evaluations[0].members, evaluations[0].test_items, evaluations[0].unknown_items,
      evaluations[0].k, evaluations[0].catalogue);
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - Columns(row[c]), ' ');
      absl::StrAppend(&line, c == 0 ? "" : "  ", c == 0 ? row[c] + padding : padding + row[c]);
    }
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

}  // namespace cofilter::training
