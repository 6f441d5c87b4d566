// news: a news log replayed through the API of a real server: shown candidates put in order, and
// lists out of everything, each judged before the moment that it speaks of counts.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/clock_file.h"
#include "bench/news_set.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/training_run.h"
#include "data/record_json.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr std::size_t kListLength = 20;
constexpr std::size_t kDepth = 10;
// Untimed histories are told as of so long before the log: no click of theirs is of the moment.
constexpr std::chrono::hours kLongAgo{24 * 60};

// Two surfaces of one operator: what is shown may have been read, what is recommended may not.
constexpr char kSurfaces[] =
    "[surfaces.news]\nkinds = [\"news\"]\nexclude = [\"read\"]\n"
    "[surfaces.news.weights]\nread = 1.0\n"
    "[surfaces.shown]\nkinds = [\"news\"]\noperator = \"news\"\nexclude = []\n"
    "[surfaces.shown.weights]\nread = 1.0\n";

void Say(const std::string& what) { std::cerr << "news: " << what << "\n"; }

v1::Item ToProto(const data::Item& item) {
  v1::Item out;
  out.set_item_id(item.item_id);
  out.set_kind(v1::ITEM_KIND_NEWS);
  out.set_title(item.title);
  for (const std::string& topic : item.topics) out.add_topics(topic);
  if (item.published_at.has_value()) SetTime(*item.published_at, out.mutable_published_at());
  if (item.expires_at.has_value()) SetTime(*item.expires_at, out.mutable_expires_at());
  return out;
}

// The events of an impression, clicks last; `first`: the member's history is told before.
std::vector<data::Event> EventsOf(const NewsSet& set, const data::MindImpression& impression,
                                  bool first) {
  std::vector<data::Event> events;
  const auto add = [&](const std::string& item, data::Verb verb, runtime::Time at,
                       const std::string& name) {
    data::Event& event = events.emplace_back();
    event.event_id = absl::StrCat(impression.impression_id, "-", name);
    event.member_id = impression.member_id;
    event.item_id = item;
    event.verb = verb;
    event.occurred_at = at;
    event.session_id = impression.impression_id;
  };
  if (first) {
    for (std::size_t n = 0; n < impression.history.size(); ++n) {
      add(impression.history[n], data::Verb::kRead,
          set.begin - kLongAgo - std::chrono::minutes(impression.history.size() - n),
          absl::StrCat("h", n));
    }
  }
  for (std::size_t n = 0; n < impression.shown.size(); ++n) {
    add(impression.shown[n], data::Verb::kImpression, impression.at, absl::StrCat("s", n));
  }
  for (std::size_t n = 0; n < impression.shown.size(); ++n) {
    if (impression.clicked[n]) {
      add(impression.shown[n], data::Verb::kRead, impression.at, absl::StrCat("c", n));
    }
  }
  return events;
}

void ToProto(const data::Event& event, v1::Event* out) {
  out->set_event_id(event.event_id);
  out->set_member_id(event.member_id);
  out->set_item_id(event.item_id);
  out->set_verb(event.verb == data::Verb::kRead ? v1::VERB_READ : v1::VERB_IMPRESSION);
  SetTime(event.occurred_at, out->mutable_occurred_at());
  out->set_session_id(event.session_id);
}

// The share of (clicked, not clicked) pairs in the right order, a tie a half.
double Auc(const std::vector<double>& scores, const std::vector<bool>& clicked) {
  double right = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; clicked[i] && j < scores.size(); ++j) {
      if (clicked[j]) continue;
      right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
      pairs += 1;
    }
  }
  return right / pairs;
}

// Ties stay in the order given.
double Ndcg(const std::vector<double>& scores, const std::vector<bool>& clicked) {
  std::vector<std::size_t> order(scores.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  const auto clicks = static_cast<std::size_t>(std::count(clicked.begin(), clicked.end(), true));
  double gain = 0;
  double ideal = 0;
  for (std::size_t rank = 0; rank < std::min(kDepth, order.size()); ++rank) {
    const double worth = 1 / std::log2(static_cast<double>(rank) + 2);
    if (clicked[order[rank]]) gain += worth;
    if (rank < clicks) ideal += worth;
  }
  return gain / ideal;
}

// Counters of the benchmark's own: what the ranker is held against.
class Baselines {
 public:
  // (clicks + 1.8) / (shown + 30), never decayed.
  double Rate(const std::string& item) const {
    const auto found = counts_.find(item);
    const Counts counts = found == counts_.end() ? Counts() : found->second;
    return (counts.clicks + 1.8) / (counts.shown + 30);
  }
  // By clicks that halve every hour, ties by id; without what the member has read.
  std::set<std::string> TopOfTheHour(runtime::Time now, const std::set<std::string>& read) const {
    std::vector<std::pair<double, std::string>> items;
    for (const auto& [item, counts] : counts_) {
      if (counts.hour > 0 && !read.contains(item)) items.emplace_back(-HourAt(counts, now), item);
    }
    const std::size_t kept = std::min(kListLength, items.size());
    std::partial_sort(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(kept),
                      items.end());
    std::set<std::string> top;
    for (std::size_t n = 0; n < kept; ++n) top.insert(items[n].second);
    return top;
  }
  void Count(const data::Event& event) {
    if (event.verb == data::Verb::kImpression) {
      counts_[event.item_id].shown += 1;
    } else {
      Counts& counts = counts_[event.item_id];
      counts.hour = HourAt(counts, event.occurred_at) + 1;
      counts.at = event.occurred_at;
      counts.clicks += 1;
    }
  }

 private:
  struct Counts {
    double clicks = 0;
    double shown = 0;
    double hour = 0;  // decayed to `at`
    runtime::Time at{};
  };
  static double HourAt(const Counts& counts, runtime::Time now) {
    return counts.hour * std::exp2(-static_cast<double>((now - counts.at).count()) / 3600e6);
  }
  std::map<std::string, Counts> counts_;
};

// One value an impression.
struct Values {
  std::vector<double> auc, ndcg, rate_auc, rate_ndcg, recall, hour_recall;
  std::size_t first_shown_now = 0;  // clicks that no list could hold
  std::size_t clicks = 0;
};

struct MeanWithError {
  double mean = 0;
  double error = 0;  // of the mean
};
MeanWithError MeanOf(const std::vector<double>& values) {
  MeanWithError out;
  for (const double value : values) out.mean += value / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - out.mean) * (value - out.mean);
  out.error = std::sqrt(squares) / static_cast<double>(values.size());
  return out;
}
std::vector<double> Minus(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> difference;
  for (std::size_t i = 0; i < a.size(); ++i) difference.push_back(a[i] - b[i]);
  return difference;
}

class NewsRun {
 public:
  NewsRun(const Settings& settings, NewsSet set) : settings_(settings), set_(std::move(set)) {}

  absl::Status Take(Report* report) {
    directory_ = settings_.work_directory + "/news";
    COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(directory_));
    COFILTER_RETURN_IF_ERROR(TrainAndServe());
    COFILTER_RETURN_IF_ERROR(StreamLastDay());
    AddFigures(report);
    return absl::OkStatus();
  }

 private:
  // What is known before the last day, and nothing of it.
  absl::Status TrainAndServe() {
    std::string log;
    std::string catalogue;
    std::vector<v1::Item> items;
    for (const auto& [id, item] : set_.items) {
      if (item.published_at.has_value() && *item.published_at >= set_.test) continue;
      data::AppendJson(item, catalogue);
      catalogue += '\n';
      items.push_back(ToProto(item));
      known_.insert(id);
    }
    std::vector<data::Event> events;
    for (const data::MindImpression& impression : set_.impressions) {
      if (impression.at >= set_.test) break;
      for (data::Event& event : EventsOf(set_, impression, Remember(impression))) {
        data::AppendJson(event, log);
        log += '\n';
        if (event.occurred_at >= set_.begin) baselines_.Count(event);
        events.push_back(std::move(event));
      }
    }
    const std::string log_path = directory_ + "/events.jsonl";
    const std::string items_path = directory_ + "/items.jsonl";
    const std::string config_path = directory_ + "/training.toml";
    COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(log_path, log));
    COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(items_path, catalogue));
    COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(config_path, kSurfaces));
    Say(absl::StrCat("training on ", events.size(), " events"));
    ServerOptions options{.program = settings_.programs + "/cofilter-server",
                          .directory = directory_ + "/server",
                          .models_directory = directory_ + "/models",
                          .operator_name = "news",
                          .worker_threads = 0,
                          .cpu = std::nullopt,
                          .surfaces = kSurfaces,
                          .clock_file = directory_ + "/clock"};
    COFILTER_ASSIGN_OR_RETURN(const TrainedModel trained,
                              Train(settings_, {.log = log_path,
                                                .format = "json",
                                                .order = data::Order::kTime,
                                                .items = items_path,
                                                .parameters = "",
                                                .models_directory = options.models_directory,
                                                .flags = {"--config", config_path}}));
    COFILTER_ASSIGN_OR_RETURN(clock_, ClockFile::Create(options.clock_file, set_.test));
    COFILTER_ASSIGN_OR_RETURN(server_, ServerProcess::Start(options));
    client_ = std::make_unique<ServiceClient>(server_->client());
    COFILTER_RETURN_IF_ERROR(client_->UpsertItems(items));
    COFILTER_RETURN_IF_ERROR(ImportEvents(
        *client_, events.size(),
        [&](std::size_t n, v1::Event* event) { ToProto(events[n], event); }, /*in_flight=*/2));
    return client_->Promote(trained.version);
  }

  // True the first time: the history is untimed, and the same on every line of a member.
  bool Remember(const data::MindImpression& impression) {
    const bool first = members_.insert(impression.member_id).second;
    std::set<std::string>& read = read_[impression.member_id];
    if (first) read.insert(impression.history.begin(), impression.history.end());
    for (std::size_t n = 0; n < impression.shown.size(); ++n) {
      if (impression.clicked[n]) read.insert(impression.shown[n]);
    }
    return first;
  }

  absl::Status StreamLastDay() {
    const std::vector<data::MindImpression>& all = set_.impressions;
    auto begin = std::partition_point(
        all.begin(), all.end(),
        [&](const data::MindImpression& impression) { return impression.at < set_.test; });
    Say(absl::StrCat("streaming ", all.end() - begin, " impressions"));
    for (; begin != all.end();) {
      const auto end = std::find_if(begin, all.end(), [&](const data::MindImpression& impression) {
        return impression.at != begin->at;
      });
      COFILTER_RETURN_IF_ERROR(clock_->Set(begin->at));
      // A member's history is known before anything is asked.
      for (auto impression = begin; impression != end; ++impression) {
        if (members_.contains(impression->member_id)) continue;
        data::MindImpression history = *impression;
        history.shown.clear();
        history.clicked.clear();
        COFILTER_RETURN_IF_ERROR(Record(history, Remember(history)));
      }
      for (auto impression = begin; impression != end; ++impression) {
        COFILTER_RETURN_IF_ERROR(JudgeOpenList(*impression));
      }
      std::vector<v1::Item> fresh;
      for (auto impression = begin; impression != end; ++impression) {
        for (const std::string& id : impression->shown) {
          if (known_.insert(id).second) fresh.push_back(ToProto(set_.items.at(id)));
        }
      }
      COFILTER_RETURN_IF_ERROR(client_->UpsertItems(fresh));
      for (auto impression = begin; impression != end; ++impression) {
        COFILTER_RETURN_IF_ERROR(JudgeShown(*impression));
      }
      for (auto impression = begin; impression != end; ++impression) {
        COFILTER_RETURN_IF_ERROR(Record(*impression, Remember(*impression)));
      }
      begin = end;
    }
    return absl::OkStatus();
  }

  absl::Status Record(const data::MindImpression& impression, bool first) {
    v1::RecordEventsRequest request;
    for (const data::Event& event : EventsOf(set_, impression, first)) {
      ToProto(event, request.add_events());
      if (event.occurred_at >= set_.begin) baselines_.Count(event);
    }
    return request.events().empty() ? absl::OkStatus() : client_->RecordEvents(request).status();
  }

  absl::Status JudgeOpenList(const data::MindImpression& impression) {
    std::set<std::string> clicked;
    for (std::size_t n = 0; n < impression.shown.size(); ++n) {
      if (impression.clicked[n]) clicked.insert(impression.shown[n]);
    }
    if (clicked.empty()) return absl::OkStatus();
    v1::RecommendItemsRequest request;
    request.set_member_id(impression.member_id);
    request.set_surface("news");
    request.set_count(static_cast<int>(kListLength));
    request.set_max_reasons(0);
    COFILTER_ASSIGN_OR_RETURN(const v1::RecommendItemsResponse response,
                              client_->Recommend(request));
    const std::set<std::string> hour =
        baselines_.TopOfTheHour(impression.at, read_[impression.member_id]);
    double hits = 0;
    double hour_hits = 0;
    for (const v1::RecommendedItem& item : response.recommendation().items()) {
      if (clicked.contains(item.item_id())) hits += 1;
    }
    for (const std::string& item : clicked) {
      if (hour.contains(item)) hour_hits += 1;
      if (!known_.contains(item)) ++values_.first_shown_now;
      ++values_.clicks;
    }
    values_.recall.push_back(hits / static_cast<double>(clicked.size()));
    values_.hour_recall.push_back(hour_hits / static_cast<double>(clicked.size()));
    return absl::OkStatus();
  }

  absl::Status JudgeShown(const data::MindImpression& impression) {
    const auto clicks = std::count(impression.clicked.begin(), impression.clicked.end(), true);
    if (clicks == 0 || clicks == static_cast<std::ptrdiff_t>(impression.clicked.size())) {
      return absl::OkStatus();
    }
    v1::RecommendItemsRequest request;
    request.set_member_id(impression.member_id);
    request.set_surface("shown");
    request.set_max_reasons(0);
    request.mutable_candidate_item_ids()->Assign(impression.shown.begin(), impression.shown.end());
    COFILTER_ASSIGN_OR_RETURN(const v1::RecommendItemsResponse response,
                              client_->Recommend(request));
    std::map<std::string, double> served;
    for (const v1::RecommendedItem& item : response.recommendation().items()) {
      served[item.item_id()] = item.score();
    }
    std::vector<double> scores;
    std::vector<double> rates;
    for (const std::string& id : impression.shown) {
      const auto found = served.find(id);
      if (found == served.end()) {
        return absl::InternalError(absl::StrCat("impression ", impression.impression_id, ": ", id,
                                                " was asked for and is not in the list"));
      }
      scores.push_back(found->second);
      rates.push_back(baselines_.Rate(id));
    }
    values_.auc.push_back(Auc(scores, impression.clicked));
    values_.ndcg.push_back(Ndcg(scores, impression.clicked));
    values_.rate_auc.push_back(Auc(rates, impression.clicked));
    values_.rate_ndcg.push_back(Ndcg(rates, impression.clicked));
    return absl::OkStatus();
  }

  void AddFigures(Report* report) const {
    const auto add = [&](const char* name, const std::vector<double>& values,
                         std::optional<Bar> bar) {
      const MeanWithError mean = MeanOf(values);
      char note[64];
      std::snprintf(note, sizeof note, "standard error %.4f", mean.error);
      report->Add({.name = name,
                   .value = mean.mean,
                   .unit = "share",
                   .bar = settings_.smoke ? std::nullopt : bar,
                   .spread = {},
                   .note = note});
    };
    add("shown candidates: AUC", values_.auc, AtLeast(.615));
    add("shown candidates: nDCG@10", values_.ndcg, AtLeast(.345));
    add("shown candidates, click rate alone: AUC", values_.rate_auc, std::nullopt);
    add("shown candidates, click rate alone: nDCG@10", values_.rate_ndcg, std::nullopt);
    add("shown candidates: AUC above click rate alone, paired",
        Minus(values_.auc, values_.rate_auc), AtLeast(.010));
    add("out of everything: R@20", values_.recall, std::nullopt);
    add("out of everything, clicks of the hour: R@20", values_.hour_recall, std::nullopt);
    add("out of everything: R@20 above clicks of the hour, paired",
        Minus(values_.recall, values_.hour_recall), AtLeast(.01));
    report->conditions.push_back(absl::StrCat(
        set_.items.size(), " items, ", values_.auc.size(),
        " impressions of the last day judged; trained on what came before it; of ", values_.clicks,
        " clicks ", values_.first_shown_now,
        " fell on items first shown at that moment, which no list out of everything could hold"));
  }

  const Settings& settings_;
  const NewsSet set_;
  std::string directory_;
  std::unique_ptr<ClockFile> clock_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<ServiceClient> client_;
  std::set<std::string> known_;    // items that the server has
  std::set<std::string> members_;  // whose history it has
  std::map<std::string, std::set<std::string>> read_;
  Baselines baselines_;
  Values values_;
};

}  // namespace

absl::StatusOr<Report> RunNews(const Settings& settings) {
  NewsSet set;
  if (settings.smoke) {
    set = GenerateNewsSet();
  } else {
    if (!settings.set_directory.has_value() && settings.data_directory.empty()) {
      return absl::NotFoundError(
          "no data directory; right: --data DIR with mind-sample in it, or --set DIR");
    }
    COFILTER_ASSIGN_OR_RETURN(
        set,
        ReadNewsSet(settings.set_directory.value_or(settings.data_directory + "/mind-sample")));
  }
  Report report{.bench = "news", .figures = {}, .conditions = {}, .curves = {}};
  COFILTER_RETURN_IF_ERROR(NewsRun(settings, std::move(set)).Take(&report));
  return report;
}

}  // namespace cofilter::bench
