// The example artifact.
#include "tests/models/artifact_examples.h"

#include "tests/models/operator_examples.h"

namespace cofilter::models {

ArtifactDescription MakeArtifactDescription() {
  ArtifactDescription about;
  about.data_cutoff = runtime::Time(runtime::Duration(1795507200000000));  // 2026-11-24T08:00:00Z
  about.events = 123456;
  about.seed = 42;
  about.tool_version = "golden";
  return about;
}

namespace {

std::vector<OperatorArrays> MakeOperators(int lists, double later_weight) {
  std::vector<OperatorArrays> all;
  all.push_back(MakeExample({.items = 9,
                             .dim = 3,
                             .lists = lists,
                             .later_weight = later_weight,
                             .neighbours = 3,
                             .buckets = 4,
                             .seed = 11}));
  all.back().name = "news";
  all.back().parameters.history = {.by_rank = 0.5, .by_age = 0.25, .limit = 50};
  all.push_back(MakeExample({.items = 7, .dim = 2, .lists = 0, .buckets = 0, .seed = 12}));
  all.back().name = "spectral-only";
  all.push_back(MakeExample({.items = 0, .dim = 0, .lists = 1, .buckets = 0, .seed = 13}));
  all.back().name = "empty_catalogue";
  return all;
}

}  // namespace

std::vector<OperatorArrays> MakeArtifactOperatorsOfVersion1() { return MakeOperators(2, 1); }

std::vector<OperatorArrays> MakeArtifactOperators() {
  std::vector<OperatorArrays> all = MakeOperators(3, 0.7);
  all.front().parameters.trend.exponent = 0.5;
  all.front().parameters.evidence.prior_events = 2;
  return all;
}

}  // namespace cofilter::models
