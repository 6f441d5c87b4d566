// retrieval: do the candidates hold the exact top 20, at every notch of the dial?
#include <algorithm>
#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/exact_lists.h"
#include "bench/generated_set.h"
#include "bench/set_data.h"
#include "bench/training_run.h"
#include "runtime/clock.h"
#include "runtime/status_macros.h"
#include "service/recommend/retrieve.h"

namespace cofilter::bench {
namespace {

constexpr std::size_t kTop = 20;
constexpr std::size_t kSampledMembers = 3000;

// Members with a history, drawn once with a fixed seed, ascending.
std::vector<std::uint32_t> SampleMembers(const data::Dataset& train) {
  std::vector<std::uint32_t> members;
  for (std::size_t m = 0; m < train.members(); ++m) {
    if (!train.of(m).empty()) members.push_back(static_cast<std::uint32_t>(m));
  }
  std::mt19937 random(1);
  for (std::size_t n = 0; n < std::min(kSampledMembers, members.size()); ++n) {
    std::swap(members[n], members[n + random() % (members.size() - n)]);
  }
  members.resize(std::min(kSampledMembers, members.size()));
  std::sort(members.begin(), members.end());
  return members;
}

struct Held {
  std::size_t exact = 0;  // items of exact lists
  std::size_t held = 0;   // of them, among the candidates
  std::size_t first = 0;  // of them, among as many as the server takes by default
  double share(std::size_t found) const {
    return exact == 0 ? 1 : static_cast<double>(found) / static_cast<double>(exact);
  }
};

std::size_t CountIn(const std::vector<std::uint32_t>& top,
                    const std::vector<models::RetrievedRow>& retrieved) {
  std::vector<std::uint32_t> rows;
  for (const models::RetrievedRow& row : retrieved) rows.push_back(row.row);
  std::sort(rows.begin(), rows.end());
  return static_cast<std::size_t>(std::count_if(top.begin(), top.end(), [&](std::uint32_t row) {
    return std::binary_search(rows.begin(), rows.end(), row);
  }));
}

// What a surface takes that names no number.
std::size_t ServedCandidates(std::size_t items) {
  return service::CandidateCount(service::SurfaceConfig(), items);
}

// Shape: [kNotches].
std::vector<Held> Measure(const models::Operator& op, const data::Dataset& train,
                          std::size_t candidates) {
  std::vector<Held> notches(models::kNotches);
  const models::RetrievalScratchPtr scratch = models::MakeRetrievalScratch();
  const runtime::Time now = runtime::SystemClock::Instance().Now();
  std::vector<float> scores;
  std::vector<models::RetrievedRow> retrieved;
  for (const std::uint32_t member : SampleMembers(train)) {
    const MemberHistory history = HistoryOf(op, train, member);
    const models::FoldedHistory folded = FoldExactly(op, history.items, now);
    models::RowSet eligible(op.items(), /*full=*/true);
    for (const std::uint32_t row : history.rows) eligible.Remove(row);
    for (int notch = 0; notch < models::kNotches; ++notch) {
      const std::vector<std::uint32_t> top =
          ExactTop(op, folded, notch, history.rows, kTop, &scores);
      op.Retrieve(folded, notch, eligible, candidates, scratch.get(), &retrieved);
      notches[notch].exact += top.size();
      notches[notch].held += CountIn(top, retrieved);
      retrieved.resize(std::min(retrieved.size(), ServedCandidates(op.items())));
      notches[notch].first += CountIn(top, retrieved);
    }
  }
  return notches;
}

void AddFigures(const std::string& set, const std::vector<Held>& notches, std::size_t candidates,
                std::size_t items, bool with_bar, Report* report) {
  Figure least{.name = set + ": least share over the notches",
               .value = 1.0,
               .unit = "share",
               .bar = with_bar ? std::optional(AtLeast(.99)) : std::nullopt,
               .spread = {},
               .note = absl::StrCat(candidates, " candidates of ", items, " items")};
  for (const Held& held : notches) least.value = std::min(*least.value, held.share(held.held));
  report->Add(least);
  Figure first{.name = set + ": the same among those that the server takes",
               .value = 1.0,
               .unit = "share",
               .bar = {},
               .spread = {},
               .note = absl::StrCat(ServedCandidates(items), " candidates")};
  if (with_bar) first.bar = AtLeast(.99);
  for (const Held& held : notches) first.value = std::min(*first.value, held.share(held.first));
  report->Add(first);
  for (std::size_t notch = 0; notch < notches.size(); ++notch) {
    report->Add({.name = absl::StrCat(set, ": notch ", notch),
                 .value = notches[notch].share(notches[notch].held),
                 .unit = "share",
                 .bar = {},
                 .spread = {},
                 .note = {}});
  }
}

absl::Status RunSet(const Settings& settings, const SetDescriptor& set, Report* report) {
  COFILTER_ASSIGN_OR_RETURN(
      const TrainedModel trained,
      TrainOnSet(settings, set, settings.smoke ? "" : ParameterFile(settings, set.name),
                 absl::StrCat(settings.work_directory, "/retrieval-", set.name)));
  COFILTER_ASSIGN_OR_RETURN(const LoadedOperator loaded, LoadOperator(trained.directory));
  COFILTER_ASSIGN_OR_RETURN(const SetData loaded_set, LoadSet(set));
  const std::size_t two_percent = (loaded.op->items() + 49) / 50;
  const std::size_t candidates = std::max<std::size_t>(500, two_percent);
  AddFigures(set.name, Measure(*loaded.op, loaded_set.train, candidates), candidates,
             loaded.op->items(), !settings.smoke, report);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Report> RunRetrieval(const Settings& settings) {
  Report report{.bench = "retrieval", .figures = {}, .conditions = {}, .curves = {}};
  for (const char* name : {"gowalla", "amazon-book-kgat"}) {
    const absl::StatusOr<SetDescriptor> set = ResolveSet(settings, name);
    if (absl::IsNotFound(set.status())) {
      AddMissing(set.status(),
                 {{absl::StrCat(name, ": least share over the notches"), AtLeast(.99)}}, &report);
      continue;
    }
    COFILTER_RETURN_IF_ERROR(set.status());
    COFILTER_RETURN_IF_ERROR(RunSet(settings, *set, &report));
    if (settings.smoke) break;
  }
  report.conditions.push_back(absl::StrCat(
      "candidates: 2 % of the catalogue, or 500 where that is more; share of the exact top ", kTop,
      " over all items that are among them, over ", kSampledMembers,
      " members drawn with a fixed seed (all, where there are fewer), the same at every notch"));
  return report;
}

}  // namespace cofilter::bench
