// Ranks for every test member, measures, sums up.
#include "training/evaluator.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/pair_digest.h"
#include "runtime/status_macros.h"
#include "training/ranked_list.h"
#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kMemberBlock = 32;
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

std::optional<std::uint32_t> FindItem(const data::Dataset& dataset, const std::string& id) {
  const auto at = std::lower_bound(dataset.item_ids.begin(), dataset.item_ids.end(), id);
  if (at == dataset.item_ids.end() || *at != id) return std::nullopt;
  return static_cast<std::uint32_t>(at - dataset.item_ids.begin());
}

TestItems ResolveTest(const data::Dataset& train, const data::TestMember& member) {
  TestItems test;
  for (const std::string& id : member.items) {
    if (const auto row = FindItem(train, id)) {
      test.rows.push_back(*row);
    } else {
      ++test.unknown;
    }
  }
  std::sort(test.rows.begin(), test.rows.end());
  test.rows.erase(std::unique(test.rows.begin(), test.rows.end()), test.rows.end());
  return test;
}

double GiniOf(std::vector<std::uint32_t> counts) {
  std::sort(counts.begin(), counts.end());
  double sum = 0, weighted = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sum += counts[i];
    weighted += static_cast<double>(i + 1) * counts[i];
  }
  if (sum <= 0) return 0;
  const auto n = static_cast<double>(counts.size());
  return 2 * weighted / (n * sum) - (n + 1) / n;
}

MeasureRow ToRow(const ListMeasures& m, const VarietyMeasures& variety) {
  return {static_cast<float>(m.recall),
          static_cast<float>(m.ndcg),
          static_cast<float>(m.reciprocal_rank),
          static_cast<float>(m.hit),
          static_cast<float>(m.tail_recall),
          static_cast<float>(m.head_recall),
          static_cast<float>(m.tail_share),
          static_cast<float>(m.novelty),
          static_cast<float>(variety.topic_similarity),
          static_cast<float>(variety.embedding_similarity),
          static_cast<float>(variety.topics)};
}

// Says what a model's data have beyond the training part, as far as can be told from a digest.
std::string WhatIsMore(const data::PairDigest& rest, const data::Split& split) {
  data::PairDigest whole_test;
  for (const data::TestMember& member : split.test) {
    const std::string& id = split.train.member_ids[member.member];
    for (const std::string& item : member.items) {
      data::PairDigest one;
      one.Add(id, item);
      if (one == rest) {
        return absl::StrCat("and knows the test pair of member \"", id, "\" with item \"", item,
                            "\"");
      }
      whole_test.Add(id, item);
    }
  }
  return whole_test == rest ? "and knows the whole test" : "and may have seen the test";
}

// Test and facts that every evaluation of a split shares.
struct Question {
  Question(const data::Split& split, const EvaluationSettings& settings)
      : facts(MakeCatalogueFacts(data::ItemDegrees(split.train), split.train.item_ids)),
        asked(AskedMembers(split, settings)) {
    for (const std::uint32_t at : asked) {
      tests.push_back(ResolveTest(split.train, split.test[at]));
    }
  }
  CatalogueFacts facts;
  std::vector<std::uint32_t> asked;
  std::vector<TestItems> tests;  // [asked]
};

absl::Status CheckQuestion(const data::Split& split, const EvaluationSettings& settings) {
  COFILTER_RETURN_IF_ERROR(settings.Validate());
  if (!settings.allow_overlap) COFILTER_RETURN_IF_ERROR(CheckNoLeak(split));
  if (!split.test.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the test asks nobody: no test member has a training history");
}

// Shapes: lists [asked].
Evaluation Summarise(std::span<const std::vector<std::uint32_t>> lists, const Question& question,
                     const EvaluationSettings& settings, runtime::ThreadPool* pool) {
  Evaluation evaluation;
  evaluation.k = settings.k;
  evaluation.members = lists.size();
  evaluation.catalogue = question.facts.bands.size();
  const VarietyMeasures not_measured{kUndefined, kUndefined, kUndefined, kUndefined, {}};
  std::vector<MeasureRow> rows;
  std::vector<std::uint32_t> listed(evaluation.catalogue);
  for (std::size_t at = 0; at < lists.size(); ++at) {
    const TestItems& test = question.tests[at];
    evaluation.test_items += test.size();
    evaluation.unknown_items += test.unknown;
    rows.push_back(ToRow(MeasureList(lists[at], test, question.facts, settings.k),
                         settings.facets == nullptr
                             ? not_measured
                             : MeasureVariety(lists[at], *settings.facets, settings.k)));
    for (std::size_t place = 0; place < std::min(lists[at].size(), settings.k); ++place) {
      ++listed[lists[at][place]];
    }
  }
  const auto intervals = BootstrapMeans(rows, settings.resamples, settings.seed, pool);
  Interval* const places[kMeasures] = {&evaluation.recall,
                                       &evaluation.ndcg,
                                       &evaluation.reciprocal_rank,
                                       &evaluation.hit_rate,
                                       &evaluation.tail_recall,
                                       &evaluation.head_recall,
                                       &evaluation.tail_share,
                                       &evaluation.novelty,
                                       &evaluation.topic_similarity,
                                       &evaluation.embedding_similarity,
                                       &evaluation.topics};
  for (std::size_t m = 0; m < kMeasures; ++m) *places[m] = intervals[m];
  evaluation.coverage = evaluation.catalogue == 0
                            ? 0
                            : static_cast<double>(std::count_if(listed.begin(), listed.end(),
                                                                [](auto n) { return n > 0; })) /
                                  static_cast<double>(evaluation.catalogue);
  evaluation.gini = GiniOf(std::move(listed));
  return evaluation;
}

}  // namespace

absl::Status EvaluationSettings::Validate() const {
  if (k < 1 || k > 1000)
    return absl::InvalidArgumentError(absl::StrCat("k is ", k, "; right: 1 to 1000"));
  if (resamples > 100'000) {
    return absl::InvalidArgumentError(
        absl::StrCat("resamples is ", resamples, "; right: 0 to 100000"));
  }
  return absl::OkStatus();
}

GivenSplit MakeSplit(data::Dataset train, const data::Dataset& test) {
  GivenSplit given;
  std::unordered_map<std::string_view, std::uint32_t> rows;
  for (std::uint32_t m = 0; m < train.members(); ++m) rows.emplace(train.member_ids[m], m);
  for (std::size_t m = 0; m < test.members(); ++m) {
    if (test.of(m).empty()) continue;
    const auto found = rows.find(test.member_ids[m]);
    if (found == rows.end()) {
      ++given.unknown_members;
      continue;
    }
    data::TestMember& member = given.split.test.emplace_back();
    member.member = found->second;
    for (const data::Interaction& interaction : test.of(m))
      member.items.push_back(test.item_ids[interaction.item]);
  }
  std::sort(
      given.split.test.begin(), given.split.test.end(),
      [](const data::TestMember& a, const data::TestMember& b) { return a.member < b.member; });
  given.split.train = std::move(train);
  return given;
}

absl::Status CheckNoLeak(const data::Split& split) {
  std::size_t leaks = 0;
  std::string first;
  for (const data::TestMember& member : split.test) {
    const TestItems test = ResolveTest(split.train, member);
    for (const data::Interaction& interaction : split.train.of(member.member)) {
      if (!std::binary_search(test.rows.begin(), test.rows.end(), interaction.item)) continue;
      if (leaks++ == 0) {
        first = absl::StrCat("member \"", split.train.member_ids[member.member], "\" with item \"",
                             split.train.item_ids[interaction.item], "\"");
      }
    }
  }
  if (leaks == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the test leaks: ", leaks, leaks == 1 ? " test pair stands" : " test pairs stand",
      " in the training data, first ", first, "; right: a test without them"));
}

absl::Status CheckTrainedOn(const models::Operator& model, const data::Split& split) {
  const data::Dataset& train = split.train;
  if (const auto digest = data::PairDigest::FromHex(model.facts().data_digest)) {
    const data::PairDigest right = data::PairDigest::Of(train);
    if (*digest == right) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("operator \"", model.name(),
                     "\" was trained on other data than the training "
                     "part, ",
                     WhatIsMore(digest->Without(right), split),
                     "; right: an artifact trained on the training part"));
  }
  // An artifact that does not tell its data: at least it may know no item better.
  const std::vector<std::uint32_t> degrees = data::ItemDegrees(train);
  for (std::uint32_t row = 0; row < model.items(); ++row) {
    const std::string id(model.item_id(row));
    const auto at = FindItem(train, id);
    const double here = at.has_value() ? degrees[*at] : 0;
    if (model.degree(row) > here) {
      return absl::FailedPreconditionError(absl::StrCat(
          "operator \"", model.name(), "\" was trained on ", model.degree(row),
          " interactions of item \"", id, "\" and the training part has ", here,
          ": it may have seen the test; right: an artifact trained on the training part"));
    }
  }
  return absl::OkStatus();
}

std::vector<std::uint32_t> AskedMembers(const data::Split& split,
                                        const EvaluationSettings& settings) {
  return SampleRows(split.test.size(), settings.members == 0 ? split.test.size() : settings.members,
                    settings.seed);
}

absl::StatusOr<Evaluation> EvaluateLists(std::span<const std::vector<std::uint32_t>> lists,
                                         const data::Split& split,
                                         const EvaluationSettings& settings,
                                         runtime::ThreadPool* pool) {
  COFILTER_RETURN_IF_ERROR(CheckQuestion(split, settings));
  const Question question(split, settings);
  if (lists.size() != question.asked.size()) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", lists.size(), " lists for ",
                                                   question.asked.size(), " members asked"));
  }
  for (const std::vector<std::uint32_t>& list : lists) {
    for (const std::uint32_t row : list) {
      if (row >= split.train.items()) {
        return absl::InvalidArgumentError(
            absl::StrCat("a list has row ", row, "; right: below ", split.train.items()));
      }
    }
  }
  return Summarise(lists, question, settings, pool);
}

absl::StatusOr<std::vector<Evaluation>> Evaluate(const MemberScores& scores,
                                                 const data::Split& split,
                                                 const EvaluationSettings& settings,
                                                 runtime::ThreadPool* pool) {
  COFILTER_RETURN_IF_ERROR(CheckQuestion(split, settings));
  const Question question(split, settings);
  const std::vector<std::uint32_t>& asked = question.asked;
  const std::size_t variants = scores.notches().size();
  std::vector<std::vector<std::vector<std::uint32_t>>> lists(variants);
  for (auto& of_variant : lists) of_variant.resize(asked.size());
  pool->ParallelFor(
      asked.size(), kMemberBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
        std::vector<std::span<const data::Interaction>> histories;
        for (std::size_t at = begin; at < end; ++at) {
          histories.push_back(split.train.of(split.test[asked[at]].member));
        }
        scores.Score(histories,
                     [&](std::size_t member, std::size_t variant, std::span<float> of_items) {
                       for (const data::Interaction& interaction : histories[member])
                         of_items[interaction.item] = kNotListed;
                       TopRows(of_items, settings.k, &lists[variant][begin + member]);
                     });
        if (settings.advance) settings.advance(end - begin);
      });
  std::vector<Evaluation> evaluations;
  for (std::size_t variant = 0; variant < variants; ++variant) {
    Evaluation& evaluation =
        evaluations.emplace_back(Summarise(lists[variant], question, settings, pool));
    evaluation.model = scores.name();
    evaluation.notch = scores.notches()[variant];
  }
  return evaluations;
}

}  // namespace cofilter::training
