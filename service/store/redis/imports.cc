// A hash of the runs, and their order.
#include "service/store/redis/imports.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"
#include "service/store/redis/packed.h"

namespace cofilter::service::redis {
namespace {

constexpr std::size_t kMostAtOnce = 200;
constexpr std::size_t kNumbers = 3 * sizeof(std::int64_t);

std::string EncodeImport(const StoredImport& import) {
  std::string bytes;
  Pack<std::int64_t>(import.started_at.time_since_epoch().count(), &bytes);
  Pack<std::int64_t>(import.events, &bytes);
  Pack<std::int64_t>(import.quarantined, &bytes);
  bytes.append(EncodeTexts({import.fingerprint, import.source_system, import.body}));
  return bytes;
}

absl::StatusOr<StoredImport> DecodeImport(std::string_view import_id, std::string_view bytes) {
  const absl::Status damaged =
      absl::DataLossError(absl::StrCat("store: import ", std::string(import_id), " is damaged"));
  if (bytes.size() < sizeof(Sequence) + kNumbers) return damaged;
  const std::string_view own = bytes.substr(sizeof(Sequence));
  COFILTER_ASSIGN_OR_RETURN(std::vector<std::string> texts, DecodeTexts(own.substr(kNumbers)));
  if (texts.size() != 3) return damaged;
  return StoredImport{.sequence = Unpack<Sequence>(bytes, 0),
                      .import_id = std::string(import_id),
                      .fingerprint = std::move(texts[0]),
                      .source_system = std::move(texts[1]),
                      .started_at = runtime::Time(runtime::Duration(Unpack<std::int64_t>(own, 0))),
                      .events = Unpack<std::int64_t>(own, 8),
                      .quarantined = Unpack<std::int64_t>(own, 16),
                      .body = std::move(texts[2])};
}

}  // namespace

absl::Status RedisImports::Put(const StoredImport& import) {
  const KeyNames& names = database_.names();
  return database_
      .RunOne(MakeScriptCall(database_.scripts().put_import,
                             {names.meta, names.imports, names.import_order},
                             {import.import_id, EncodeImport(import)}),
              Access::kWrite)
      .status();
}

absl::StatusOr<std::vector<StoredImport>> RedisImports::Page(Sequence below, std::size_t limit) {
  const KeyNames& names = database_.names();
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(
          MakeScriptCall(database_.scripts().read_imports, {names.imports, names.import_order},
                         {absl::StrCat(below), absl::StrCat(limit)}),
          Access::kRead));
  std::vector<StoredImport> imports;
  for (std::size_t i = 0; i + 1 < reply.view().size(); i += 2) {
    COFILTER_ASSIGN_OR_RETURN(imports.emplace_back(),
                              DecodeImport(reply.view()[i].text(), reply.view()[i + 1].text()));
  }
  return imports;
}

absl::StatusOr<std::vector<StoredImport>> RedisImports::List(Sequence below,
                                                             std::string_view fingerprint,
                                                             std::size_t limit) {
  std::vector<StoredImport> found;
  while (found.size() < limit) {
    COFILTER_ASSIGN_OR_RETURN(std::vector<StoredImport> page, Page(below, kMostAtOnce));
    if (page.empty()) break;
    below = page.back().sequence;
    for (StoredImport& import : page) {
      if (!fingerprint.empty() && import.fingerprint != fingerprint) continue;
      if (found.size() < limit) found.push_back(std::move(import));
    }
  }
  return found;
}

}  // namespace cofilter::service::redis
