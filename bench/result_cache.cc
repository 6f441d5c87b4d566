// JSON files named by the digest of their key.
#include "bench/result_cache.h"

#include "absl/strings/str_cat.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {

absl::StatusOr<std::string> FilesDigest(const std::vector<std::string>& paths) {
  std::string digests;
  for (const std::string& path : paths) {
    COFILTER_ASSIGN_OR_RETURN(const runtime::MappedFile file, runtime::MappedFile::Open(path));
    digests += runtime::Hex(runtime::Sha256(file.bytes()));
  }
  return runtime::Hex(runtime::Sha256(digests));
}

absl::StatusOr<nlohmann::json> ResultCache::Get(
    const std::string& key, const std::function<absl::StatusOr<nlohmann::json>()>& make) const {
  const std::string path =
      absl::StrCat(directory_, "/", runtime::Hex(runtime::Sha256(key)).substr(0, 32), ".json");
  const absl::StatusOr<std::string> kept = runtime::ReadFile(path);
  if (kept.ok()) {
    const nlohmann::json json = nlohmann::json::parse(*kept, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.value("key", "") == key && json.contains("result")) {
      return json["result"];
    }
  }
  COFILTER_ASSIGN_OR_RETURN(nlohmann::json result, make());
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(directory_));
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(
      path, nlohmann::json{{"key", key}, {"result", result}}.dump(1) + "\n"));
  return result;
}

}  // namespace cofilter::bench
