// Compares two evaluations and says why.
#include "training/gate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/status_macros.h"

namespace cofilter::training {
namespace {

double Accuracy(const Evaluation& e) { return e.recall.mean + e.ndcg.mean; }

// What is lost of `before`, as a share, once `noise` is taken off; 0 for a gain.
double ShareLost(double before, double after, double noise) {
  return before > 0 ? std::max(0.0, before - after - noise) / before : 0.0;
}

double HalfWidth(const Interval& interval) {
  return std::max(0.0, (interval.high - interval.low) / 2);
}

// What recall + NDCG may differ by without meaning anything.
double Noise(const Evaluation& e) { return (HalfWidth(e.recall) + HalfWidth(e.ndcg)) / 2; }

std::string Change(double before, double after) {
  return absl::StrFormat("%.4f to %.4f (%+.1f %%)", before, after,
                         before > 0 ? 100 * (after - before) / before : 0.0);
}

bool SameTest(const Evaluation& a, const Evaluation& b) {
  return a.k == b.k && a.members == b.members && a.test_items == b.test_items &&
         a.catalogue == b.catalogue;
}

std::string TestText(const Evaluation& e) {
  return absl::StrCat(e.members, " members, ", e.test_items, " items, lists of ", e.k, " out of ",
                      e.catalogue);
}

absl::Status CheckShare(const char* entry, double value, double high) {
  if (value >= 0 && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(entry, " is ", value, "; right: 0 to ", high));
}

}  // namespace

absl::Status GateSettings::Validate() const {
  COFILTER_RETURN_IF_ERROR(CheckShare("accuracy_tolerance", accuracy_tolerance, 1));
  COFILTER_RETURN_IF_ERROR(CheckShare("tail_tolerance", tail_tolerance, 1));
  COFILTER_RETURN_IF_ERROR(CheckShare("coverage_tolerance", coverage_tolerance, 1));
  COFILTER_RETURN_IF_ERROR(CheckShare("joint_tolerance", joint_tolerance, 2));
  if (least_members < 1) return absl::InvalidArgumentError("least_members is 0; right: 1 and more");
  return absl::OkStatus();
}

absl::StatusOr<GateDecision> DecideGate(const Evaluation& candidate,
                                        const std::optional<Evaluation>& current,
                                        const std::optional<Evaluation>& popularity,
                                        const GateSettings& settings) {
  COFILTER_RETURN_IF_ERROR(settings.Validate());
  for (const std::optional<Evaluation>* other : {&current, &popularity}) {
    if (other->has_value() && !SameTest(candidate, **other)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the reports are of different tests: ", TestText(candidate), ", against ",
                       TestText(**other), "; right: one test for both"));
    }
  }
  GateDecision decision{true, {}};
  const auto refuse = [&decision](std::string reason) {
    decision.accept = false;
    decision.reasons.push_back(std::move(reason));
  };
  if (candidate.members < settings.least_members) {
    const std::string few =
        absl::StrCat("only ", candidate.members, " members could be asked, and the gate needs ",
                     settings.least_members, " to judge");
    if (current.has_value()) {
      refuse(few);
    } else {
      decision.reasons.push_back(absl::StrCat(few, "; nothing is in service that could be better"));
    }
    return decision;
  }
  if (!current.has_value()) {
    if (popularity.has_value() && ShareLost(Accuracy(*popularity), Accuracy(candidate),
                                            Noise(candidate)) > settings.accuracy_tolerance) {
      refuse(
          absl::StrFormat("nothing is in service, and the candidate's recall + NDCG (%.4f) stays "
                          "below popularity's (%.4f)",
                          Accuracy(candidate), Accuracy(*popularity)));
    } else {
      decision.reasons.push_back(
          absl::StrFormat("nothing is in service yet, and the candidate's recall + NDCG is %.4f",
                          Accuracy(candidate)));
    }
    return decision;
  }
  const double accuracy_lost = ShareLost(Accuracy(*current), Accuracy(candidate), Noise(candidate));
  const double tail_lost = ShareLost(current->tail_recall.mean, candidate.tail_recall.mean,
                                     HalfWidth(candidate.tail_recall) / 2);
  const double coverage_lost = ShareLost(current->coverage, candidate.coverage, 0);
  const std::string accuracy = Change(Accuracy(*current), Accuracy(candidate));
  const std::string tail = Change(current->tail_recall.mean, candidate.tail_recall.mean);
  const std::string coverage = Change(current->coverage, candidate.coverage);
  if (accuracy_lost > settings.accuracy_tolerance) {
    refuse(absl::StrFormat("recall + NDCG went from %s, past the %.1f %% that may be lost",
                           accuracy, 100 * settings.accuracy_tolerance));
  }
  if (tail_lost > settings.tail_tolerance) {
    refuse(absl::StrFormat("tail recall went from %s, past the %.1f %% that may be lost", tail,
                           100 * settings.tail_tolerance));
  }
  if (coverage_lost > settings.coverage_tolerance) {
    refuse(absl::StrFormat("coverage went from %s, past the %.1f %% that may be lost", coverage,
                           100 * settings.coverage_tolerance));
  }
  if (decision.accept && accuracy_lost + tail_lost / 2 > settings.joint_tolerance) {
    refuse(absl::StrFormat(
        "accuracy (%s) and tail recall (%s) lose too much together: %.1f %% + half of %.1f %%, "
        "where %.1f %% may be lost",
        accuracy, tail, 100 * accuracy_lost, 100 * tail_lost, 100 * settings.joint_tolerance));
  }
  if (decision.accept) {
    decision.reasons.push_back(
        absl::StrFormat("within the tolerances: recall + NDCG %s, tail recall %s, coverage %s",
                        accuracy, tail, coverage));
  }
  return decision;
}

nlohmann::json GateJson(const GateDecision& decision) {
  return {{"accept", decision.accept}, {"reasons", decision.reasons}};
}

}  // namespace cofilter::training
