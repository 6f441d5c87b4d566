// Ten trainings a set, one server that is told each member's events as they come.
#include "bench/cold_members.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iostream>
#include <memory>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "bench/generated_set.h"
#include "bench/list_quality.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "bench/training_run.h"
#include "data/dataset_source.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr std::size_t kFolds = 10;
constexpr std::array<std::size_t, 5> kKnown = {1, 2, 3, 5, 10};
constexpr int kCallsInFlight = 8;

struct Tally {
  double recall = 0;
  double ndcg = 0;
  void Add(std::size_t place) {  // of the next item in the list, from 0
    if (place >= kListLength) return;
    recall += 1;
    ndcg += 1 / std::log2(static_cast<double>(place) + 2);
  }
};
// Of one number of known events.
struct Answers {
  std::size_t members = 0;
  Tally served;
  Tally popular;
};

// A set's whole log, in order: the training part with the test part at its end.
absl::StatusOr<data::Dataset> WholeLog(const SetDescriptor& set) {
  COFILTER_ASSIGN_OR_RETURN(const SetData parts, LoadSet(set));
  data::Dataset whole = parts.train;
  std::vector<std::vector<std::string>> later(whole.members());
  for (const data::TestMember& test : parts.test) later[test.member] = test.items;
  for (const auto& items : later) {
    whole.item_ids.insert(whole.item_ids.end(), items.begin(), items.end());
  }
  std::sort(whole.item_ids.begin(), whole.item_ids.end());
  whole.item_ids.erase(std::unique(whole.item_ids.begin(), whole.item_ids.end()),
                       whole.item_ids.end());
  const auto row_of = [&](const std::string& id) {
    return static_cast<std::uint32_t>(
        std::lower_bound(whole.item_ids.begin(), whole.item_ids.end(), id) -
        whole.item_ids.begin());
  };
  whole.interactions.clear();
  for (std::size_t m = 0; m < whole.members(); ++m) {
    for (const data::Interaction& known : parts.train.of(m)) {
      whole.interactions.push_back(known);
      whole.interactions.back().item = row_of(parts.train.item_ids[known.item]);
    }
    for (const std::string& id : later[m]) whole.interactions.push_back({row_of(id), 1.0f, {}});
    whole.offsets[m + 1] = whole.interactions.size();
  }
  return whole;
}

// MovieLens brings one table with times.
absl::StatusOr<data::Dataset> RatingsLog(const Settings& settings) {
  data::SourceOptions options;
  options.format = data::Format::kTable;
  options.table.member_column = "userId";
  options.table.item_column = "movieId";
  options.table.time_column = "timestamp";
  data::DatasetBuilderOptions builder;
  builder.order = data::Order::kTime;
  COFILTER_ASSIGN_OR_RETURN(
      data::DatasetSource source,
      data::ReadDataset(settings.data_directory + "/ml-latest-small/ratings.csv.zst", options,
                        builder));
  return std::move(source.dataset);
}

// Without the members of the fold.
data::Dataset TrainingPart(const data::Dataset& whole, std::size_t fold) {
  data::Dataset part = whole;
  part.interactions.clear();
  for (std::size_t m = 0; m < whole.members(); ++m) {
    if (m % kFolds != fold) {
      const auto history = whole.of(m);
      part.interactions.insert(part.interactions.end(), history.begin(), history.end());
    }
    part.offsets[m + 1] = part.interactions.size();
  }
  return part;
}

absl::Status WriteTable(const data::Dataset& dataset, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file << "member_id\titem_id\toccurred_at\n";
  for (std::size_t m = 0; m < dataset.members(); ++m) {
    for (const data::Interaction& interaction : dataset.of(m)) {
      file << dataset.member_ids[m] << '\t' << dataset.item_ids[interaction.item] << '\t'
           << runtime::FormatTime(interaction.at) << '\n';
    }
  }
  file.close();
  return file ? absl::OkStatus() : absl::InternalError(absl::StrCat("cannot write ", path));
}

class ColdRun {
 public:
  ColdRun(const Settings& settings, std::string name, data::Dataset whole)
      : settings_(settings), name_(std::move(name)), whole_(std::move(whole)) {}

  absl::Status Take(std::size_t folds, bool with_bars, Report* report) {
    for (std::size_t fold = 0; fold < folds; ++fold) {
      std::cerr << "cold: " << name_ << ", fold " << fold + 1 << " of " << folds << "\n";
      COFILTER_RETURN_IF_ERROR(TakeFold(fold));
    }
    for (std::size_t k = 0; k < kKnown.size(); ++k) AddFigures(k, with_bars, report);
    return absl::OkStatus();
  }

 private:
  absl::Status TakeFold(std::size_t fold) {
    const data::Dataset train = TrainingPart(whole_, fold);
    const std::string directory = absl::StrCat(settings_.work_directory, "/cold-", name_);
    COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(directory));
    const std::string log = directory + "/train.log";
    const bool timed = whole_.order == data::Order::kTime;
    COFILTER_RETURN_IF_ERROR(timed ? WriteTable(train, log) : WriteLists(train, log));
    const std::string models = directory + "/models";
    COFILTER_ASSIGN_OR_RETURN(const TrainedModel trained,
                              Train(settings_, {.log = log,
                                                .format = timed ? "table" : "list",
                                                .order = whole_.order,
                                                .items = "",
                                                .parameters = "",
                                                .models_directory = models,
                                                .threads = 0,
                                                .flags = {}}));
    if (server_ == nullptr) {
      COFILTER_ASSIGN_OR_RETURN(const LoadedOperator loaded, LoadOperator(trained.directory));
      COFILTER_ASSIGN_OR_RETURN(
          server_, ServerProcess::Start({.program = settings_.programs + "/cofilter-server",
                                         .directory = directory + "/server",
                                         .models_directory = models,
                                         .operator_name = loaded.op->name(),
                                         .worker_threads = 0,
                                         .cpu = std::nullopt}));
      client_ = std::make_unique<ServiceClient>(server_->client());
      data::Dataset catalogue;
      catalogue.item_ids = whole_.item_ids;
      COFILTER_RETURN_IF_ERROR(ImportSet(*client_, catalogue));
    }
    COFILTER_RETURN_IF_ERROR(client_->Promote(trained.version));
    const std::vector<std::uint32_t> degrees = data::ItemDegrees(train);
    std::vector<std::uint32_t> by_degree(degrees.size());
    std::iota(by_degree.begin(), by_degree.end(), 0u);
    std::stable_sort(by_degree.begin(), by_degree.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return degrees[a] > degrees[b]; });
    std::size_t told = 0;  // events of each member that the server knows
    for (std::size_t k = 0; k < kKnown.size(); ++k) {
      std::vector<std::size_t> asked;
      for (std::size_t m = fold; m < whole_.members(); m += kFolds) {
        if (whole_.of(m).size() > kKnown[k]) asked.push_back(m);
      }
      COFILTER_RETURN_IF_ERROR(Tell(asked, told, kKnown[k]));
      told = kKnown[k];
      COFILTER_RETURN_IF_ERROR(Ask(asked, by_degree, k));
    }
    return absl::OkStatus();
  }

  // The events [from, to) of each member.
  absl::Status Tell(const std::vector<std::size_t>& members, std::size_t from, std::size_t to) {
    const std::size_t each = to - from;
    return ImportEvents(
        *client_, members.size() * each,
        [&](std::size_t n, v1::Event* event) {
          const std::size_t member = members[n / each];
          const std::size_t place = from + n % each;
          const std::size_t at = whole_.offsets[member] + place;
          event->set_event_id(absl::StrCat("told-", at));
          event->set_member_id(whole_.member_ids[member]);
          event->set_item_id(whole_.item_ids[whole_.interactions[at].item]);
          event->set_verb(v1::VERB_COMPLETE);
          SetTime(OccurredAt(whole_, at, place), event->mutable_occurred_at());
        },
        4);
  }

  absl::Status Ask(const std::vector<std::size_t>& members,
                   const std::vector<std::uint32_t>& by_degree, std::size_t k) {
    std::vector<std::size_t> served(members.size(), kListLength);
    COFILTER_RETURN_IF_ERROR(
        ForEachInFlight(members.size(), kCallsInFlight, [&](std::size_t n) -> absl::Status {
          v1::RecommendItemsRequest request;
          request.set_member_id(whole_.member_ids[members[n]]);
          request.set_surface(kSurface);
          request.set_count(kListLength);
          request.set_dial(0);
          request.set_max_reasons(0);
          COFILTER_ASSIGN_OR_RETURN(const v1::RecommendItemsResponse response,
                                    client_->Recommend(request));
          const std::string& next = whole_.item_ids[whole_.of(members[n])[kKnown[k]].item];
          const auto& items = response.recommendation().items();
          for (int i = 0; i < items.size(); ++i) {
            if (items[i].item_id() == next) served[n] = static_cast<std::size_t>(i);
          }
          return absl::OkStatus();
        }));
    Answers& answers = answers_[k];
    answers.members += members.size();
    for (std::size_t n = 0; n < members.size(); ++n) {
      answers.served.Add(served[n]);
      const auto history = whole_.of(members[n]);
      std::size_t place = 0;
      for (const std::uint32_t row : by_degree) {
        if (row == history[kKnown[k]].item || place == kListLength) break;
        const auto known = history.first(kKnown[k]);
        if (std::none_of(known.begin(), known.end(),
                         [&](const data::Interaction& have) { return have.item == row; })) {
          ++place;
        }
      }
      answers.popular.Add(place);
    }
    return absl::OkStatus();
  }

  void AddFigures(std::size_t k, bool with_bars, Report* report) const {
    const Answers& answers = answers_[k];
    const auto mean = [&](double sum) {
      return sum / static_cast<double>(std::max<std::size_t>(answers.members, 1));
    };
    const std::string name =
        absl::StrCat(name_, ", after ", kKnown[k], kKnown[k] == 1 ? " event" : " events");
    const auto add = [&](const char* measure, double served, double popular) {
      Figure figure{.name = absl::StrCat(name, ": ", measure),
                    .value = mean(served),
                    .unit = "share",
                    .bar = with_bars ? std::optional(AtLeast(mean(popular))) : std::nullopt,
                    .spread = {},
                    .note = absl::StrCat("popularity ", FormatValue(mean(popular)), ", ",
                                         answers.members, " members")};
      report->Add(std::move(figure));
    };
    add("R@20", answers.served.recall, answers.popular.recall);
    add("N@20", answers.served.ndcg, answers.popular.ndcg);
  }

  const Settings& settings_;
  const std::string name_;
  const data::Dataset whole_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<ServiceClient> client_;
  std::array<Answers, kKnown.size()> answers_;
};

}  // namespace

absl::Status TakeColdMembers(const Settings& settings, Report* report) {
  report->conditions.push_back(
      "members: a tenth at a time is outside the training; the next event after the known ones is "
      "the test; the bar is what popularity of the same training reaches");
  if (settings.set_directory.has_value() || settings.smoke) {
    COFILTER_ASSIGN_OR_RETURN(const SetDescriptor set, ResolveSet(settings, "smoke"));
    COFILTER_ASSIGN_OR_RETURN(data::Dataset whole, WholeLog(set));
    return ColdRun(settings, set.name, std::move(whole))
        .Take(settings.smoke ? 1 : kFolds, /*with_bars=*/false, report);
  }
  const absl::StatusOr<SetDescriptor> courses = ResolveSet(settings, "mooccubex-enrolments");
  if (courses.ok()) {
    COFILTER_ASSIGN_OR_RETURN(data::Dataset whole, WholeLog(*courses));
    COFILTER_RETURN_IF_ERROR(
        ColdRun(settings, courses->name, std::move(whole)).Take(kFolds, true, report));
  } else {
    if (!absl::IsNotFound(courses.status())) return courses.status();
    AddMissing(courses.status(), {{"mooccubex-enrolments, after 1 event: R@20", AtLeast(0)}},
               report);
  }
  absl::StatusOr<data::Dataset> ratings = RatingsLog(settings);
  if (ratings.ok()) {
    return ColdRun(settings, "ml-latest-small", *std::move(ratings)).Take(kFolds, true, report);
  }
  if (!absl::IsNotFound(ratings.status())) return ratings.status();
  AddMissing(ratings.status(), {{"ml-latest-small, after 1 event: R@20", AtLeast(0)}}, report);
  return absl::OkStatus();
}

}  // namespace cofilter::bench
