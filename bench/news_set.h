// A news log as the news benchmark replays it: impressions in order, items with the time that each
// came out.
#ifndef COFILTER_BENCH_NEWS_SET_H_
#define COFILTER_BENCH_NEWS_SET_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/benchmark.h"
#include "data/item.h"
#include "data/mind_format.h"
#include "runtime/clock.h"

namespace cofilter::bench {

struct NewsSet {
  std::vector<data::MindImpression> impressions;  // by time
  std::map<std::string, data::Item> items;        // published when first shown; in histories only:
                                                  // expired before the first impression
  runtime::Time begin{};                          // midnight before the first impression
  runtime::Time test{};                           // midnight before the last day
};

// A directory with behaviors.tsv and any of news_zh.tsv, news_en.tsv and news.tsv, each plain or
// with .zst; the last day is the test. An item with several titles keeps that of the first file.
absl::StatusOr<NewsSet> ReadNewsSet(const std::string& directory);

// A small one, for smoke runs: items of a few topics with a planted share of clicks, members with a
// taste for one topic.
NewsSet GenerateNewsSet();

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_NEWS_SET_H_
