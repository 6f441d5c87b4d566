// The MIND format of news logs: behaviors.tsv (who was shown what, and clicked what) and news files
// (titles).
#ifndef COFILTER_DATA_MIND_FORMAT_H_
#define COFILTER_DATA_MIND_FORMAT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"

namespace cofilter::data {

// One line of behaviors.tsv: "impression_id user_id time history impressions", by tabs.
struct MindImpression {
  std::string impression_id;
  std::string member_id;
  runtime::Time at{};                // the file names no zone: UTC
  std::vector<std::string> history;  // clicked before the log begins, oldest first, untimed
  std::vector<std::string> shown;
  std::vector<bool> clicked;  // [shown]
};

// Reads the fields of one line. Errors: INVALID_ARGUMENT that says which field is wrong.
absl::StatusOr<MindImpression> ParseMindImpression(std::string_view line);
// A whole file, plain, gzip or zstd, sorted by time, then by impression id. Errors:
// INVALID_ARGUMENT with the line's number; those of LineReader.
absl::StatusOr<std::vector<MindImpression>> ReadMindImpressions(const std::string& path);

struct MindNews {
  std::string news_id;
  std::vector<std::string> topics;  // category and subcategory, where the file has them
  std::string title;
};
// "news_id title" or "news_id category subcategory title …", by tabs, with or without the header
// that names them. Errors as above.
absl::StatusOr<std::vector<MindNews>> ReadMindNews(const std::string& path);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_MIND_FORMAT_H_
