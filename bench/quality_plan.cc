// The bars.
#include "bench/quality_plan.h"

#include <vector>

namespace cofilter::bench {

std::span<const QualityPlan> QualityPlans() {
  static const std::vector<QualityPlan> plans = [] {
    const auto plan = [](const char* set, std::optional<AccuracyBars> chosen,
                         std::optional<AccuracyBars> given) {
      QualityPlan made;
      made.set = set;
      made.chosen = chosen;
      made.given = given;
      return made;
    };
    std::vector<QualityPlan> all = {
        plan("gowalla", AccuracyBars{.191, .158}, AccuracyBars{.194, .162}),
        plan("amazon-book-kgat", AccuracyBars{.172, .098}, AccuracyBars{.174, .100}),
        plan("ml-1m", AccuracyBars{.284, .273}, AccuracyBars{.286, .2745}),
        plan("mooccubex-enrolments", AccuracyBars{.425, .235}, std::nullopt),
        plan("coco-learning-last", AccuracyBars{.200, .098}, std::nullopt),
        plan("coco-learning-time", AccuracyBars{.149, .077}, std::nullopt),
        plan("ml-latest-small", AccuracyBars{.268, .360}, std::nullopt),
        plan("goodbooks-10k-sample", AccuracyBars{.247, .343}, std::nullopt),
        plan("citeulike-a", std::nullopt, std::nullopt),
    };
    all.front().dial = DialBars{.188, .086, .66};
    all.front().popularity = AccuracyBars{.0416, .0317};
    all.front().graph_filter = AccuracyBars{.1849, .1518};
    all.back().above_baselines = .03;
    return all;
  }();
  return plans;
}

}  // namespace cofilter::bench
