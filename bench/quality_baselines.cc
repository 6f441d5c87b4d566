// Trains, measures on both parts, keeps.
#include "bench/quality_baselines.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "training/baseline.h"
#include "training/evaluation_report.h"
#include "training/member_scores.h"
#include "training/validation_part.h"

namespace cofilter::bench {
namespace {

// A change of what a baseline computes is a new number here: results kept under the old one are
// made again.
constexpr int kGeneration = 1;
constexpr const char* kKinds[] = {"popularity", "item-cosine", "implicit-als", "graph-filter",
                                  "ease"};
constexpr double kValidationShare = 0.2;
constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kTuningMembers = 3000;
// Past this many items EASE is dear: every second setting has to do.
constexpr std::size_t kCheapEaseItems = 6000;

// A trainer that is made only if something has to be trained.
class LazyTrainer {
 public:
  LazyTrainer(const data::Dataset& train, runtime::ThreadPool* pool) : train_(train), pool_(pool) {}
  absl::StatusOr<std::unique_ptr<const models::Scorer>> Train(const std::string& text) {
    if (!trainer_.has_value()) trainer_.emplace(train_, kSeed, pool_);
    COFILTER_ASSIGN_OR_RETURN(const training::Baseline baseline, training::ParseBaseline(text));
    return trainer_->Train(baseline);
  }

 private:
  const data::Dataset& train_;
  runtime::ThreadPool* const pool_;
  std::optional<training::BaselineTrainer> trainer_;
};

absl::StatusOr<training::Evaluation> Measure(const BaselineRun& run, const std::string& text,
                                             const data::Split& split, const char* part,
                                             const training::EvaluationSettings& settings,
                                             LazyTrainer* trainer) {
  const std::string key = absl::StrCat("baseline ", kGeneration, " ", text, " set ", run.set_digest,
                                       " ", part, " members ", settings.members, " k ", settings.k,
                                       " resamples ", settings.resamples, " seed ", settings.seed);
  COFILTER_ASSIGN_OR_RETURN(
      const nlohmann::json kept, run.cache->Get(key, [&]() -> absl::StatusOr<nlohmann::json> {
        run.say(absl::StrCat(text, ", ", part));
        COFILTER_ASSIGN_OR_RETURN(const auto scorer, trainer->Train(text));
        COFILTER_ASSIGN_OR_RETURN(
            const std::vector<training::Evaluation> found,
            training::Evaluate(*training::MakeScorerScores(*scorer), split, settings, run.pool));
        return training::EvaluationJson(found.front());
      }));
  COFILTER_ASSIGN_OR_RETURN(training::Evaluation evaluation, training::EvaluationFromJson(kept));
  COFILTER_ASSIGN_OR_RETURN(const training::Baseline baseline, training::ParseBaseline(text));
  evaluation.model = baseline.kind;
  evaluation.variant = baseline.Variant();
  return evaluation;
}

data::Split ValidationSplit(const data::Dataset& train) {
  training::ValidationPart part = training::HoldOutValidation(train, kValidationShare, kSeed);
  data::Split split;
  for (std::uint32_t member = 0; member < train.members(); ++member) {
    if (part.held_out[member].empty()) continue;
    data::TestMember& asked = split.test.emplace_back();
    asked.member = member;
    for (const std::uint32_t row : part.held_out[member])
      asked.items.push_back(train.item_ids[row]);
  }
  split.train = std::move(part.train);
  return split;
}

std::vector<std::string> SettingsOf(const std::string& kind, const BaselineRun& run) {
  std::vector<std::string> sweep = training::BaselineSweep(kind);
  if (run.smoke) sweep.resize(1);
  if (kind == "ease" && run.set->train.items() > kCheapEaseItems) {
    std::vector<std::string> fewer;
    for (std::size_t n = 1; n < sweep.size(); n += 2) fewer.push_back(sweep[n]);
    return fewer;
  }
  return sweep;
}

}  // namespace

absl::StatusOr<std::vector<BaselinePoint>> MeasureBaselines(const BaselineRun& run) {
  const data::Split validation = ValidationSplit(run.set->train);
  training::EvaluationSettings tuning = run.evaluation;
  tuning.members = kTuningMembers;
  tuning.resamples = 0;
  LazyTrainer on_less(validation.train, run.pool);
  LazyTrainer on_all(run.set->train, run.pool);
  std::vector<BaselinePoint> points;
  for (const std::string kind : kKinds) {
    const std::vector<std::string> sweep = SettingsOf(kind, run);
    std::size_t best = points.size();
    double best_accuracy = -1;
    for (const std::string& text : sweep) {
      if (sweep.size() > 1) {
        COFILTER_ASSIGN_OR_RETURN(const training::Evaluation tried,
                                  Measure(run, text, validation, "validation", tuning, &on_less));
        if (const double accuracy = tried.recall.mean + tried.ndcg.mean; accuracy > best_accuracy) {
          best = points.size();
          best_accuracy = accuracy;
        }
      }
      BaselinePoint& point = points.emplace_back();
      point.kind = kind;
      COFILTER_ASSIGN_OR_RETURN(point.evaluation,
                                Measure(run, text, *run.set, "test", run.evaluation, &on_all));
    }
    points[best].tuned = true;
  }
  return points;
}

absl::StatusOr<training::Evaluation> MeasureBaseline(const BaselineRun& run,
                                                     const std::string& text) {
  training::EvaluationSettings everybody = run.evaluation;
  everybody.members = 0;
  LazyTrainer trainer(run.set->train, run.pool);
  return Measure(run, text, *run.set, "test", everybody, &trainer);
}

}  // namespace cofilter::bench
