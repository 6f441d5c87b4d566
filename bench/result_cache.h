// Results that took long, kept by what they were made from.
#ifndef COFILTER_BENCH_RESULT_CACHE_H_
#define COFILTER_BENCH_RESULT_CACHE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"

namespace cofilter::bench {

// SHA-256 of the content of files, in hexadecimal: what a key says of them. Errors: NOT_FOUND.
absl::StatusOr<std::string> FilesDigest(const std::vector<std::string>& paths);

// One file a result under `directory`; a key holds everything that the result depends on.
class ResultCache {
 public:
  explicit ResultCache(std::string directory) : directory_(std::move(directory)) {}

  // What is kept under the key, or what `make` returns, which is then kept. A file that cannot be
  // read is made again. Errors: those of `make`, and of writing.
  absl::StatusOr<nlohmann::json> Get(
      const std::string& key, const std::function<absl::StatusOr<nlohmann::json>()>& make) const;

 private:
  const std::string directory_;
};

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_RESULT_CACHE_H_
