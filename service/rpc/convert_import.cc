// Checks what an importer tells, and pages what was told.
#include "service/rpc/convert_import.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_time.h"
#include "service/rpc/idempotency.h"
#include "service/rpc/list_cursor.h"
#include "service/rpc/status_mapping.h"
#include "service/rpc/wire_checks.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kMaxPathBytes = 4096;
constexpr int kMaxVerbs = 1000;
constexpr std::size_t kMaxVerbBytes = 1024;
constexpr int kMaxReasons = 10;
// A page ends past this: clients take 4 MiB by default, and one record is far below the rest.
constexpr std::size_t kMaxPageBytes = 2u << 20;

absl::Status CheckCounts(const v1::Import& import) {
  const std::pair<std::string_view, std::int64_t> counts[] = {
      {"lines", import.lines()},
      {"items", import.items()},
      {"members", import.members()},
      {"events", import.events()},
      {"duplicates", import.duplicates()},
      {"conflicts", import.conflicts()},
      {"quarantined", import.quarantined()},
      {"passed_over", import.passed_over()},
      {"future_events", import.future_events()},
      {"untimed_events", import.untimed_events()},
      {"mapped_verbs", import.mapped_verbs()},
      {"unweighted_verbs", import.unweighted_verbs()}};
  for (const auto& [field, count] : counts) {
    if (count < 0) return data::FieldError(field, absl::StrCat(count), "0 or more");
  }
  return absl::OkStatus();
}

absl::Status CheckTexts(const v1::Import& import) {
  COFILTER_RETURN_IF_ERROR(data::ValidateText("source_system", import.source_system(), 256));
  COFILTER_RETURN_IF_ERROR(data::ValidateId("format", import.format()));
  if (import.input().empty()) return data::FieldError("input", "", "1 to 4096 bytes");
  COFILTER_RETURN_IF_ERROR(data::ValidateText("input", import.input(), kMaxPathBytes));
  COFILTER_RETURN_IF_ERROR(data::ValidateId("fingerprint", import.fingerprint()));
  COFILTER_RETURN_IF_ERROR(data::ValidateText("checkpoint", import.checkpoint(), 256));
  COFILTER_RETURN_IF_ERROR(
      data::ValidateText("quarantine_file", import.quarantine_file(), kMaxPathBytes));
  COFILTER_RETURN_IF_ERROR(data::ValidateText("error", import.error(), data::kMaxTextBytes));
  if (import.first_reasons_size() > kMaxReasons) {
    return data::FieldError("first_reasons", absl::StrCat(import.first_reasons_size(), " entries"),
                            "at most 10");
  }
  for (const std::string& reason : import.first_reasons()) {
    COFILTER_RETURN_IF_ERROR(data::ValidateText("first_reasons", reason, kMaxPathBytes));
  }
  if (import.verbs_size() > kMaxVerbs) {
    return data::FieldError("verbs", absl::StrCat(import.verbs_size(), " entries"), "at most 1000");
  }
  for (const v1::Import::ForeignVerb& verb : import.verbs()) {
    COFILTER_RETURN_IF_ERROR(data::ValidateText("verbs.name", verb.name(), kMaxVerbBytes));
  }
  return absl::OkStatus();
}

absl::Status Check(const v1::Import& import) {
  if (import.import_id().empty()) return data::FieldError("import_id", "", "a UUID");
  if (const absl::Status status = CheckRequestId(import.import_id()); !status.ok()) {
    return data::FieldError("import_id", import.import_id(), "a UUID");
  }
  if (!v1::ImportState_IsValid(import.state()) || import.state() == v1::IMPORT_STATE_UNSPECIFIED) {
    return data::FieldError("state", absl::StrCat(static_cast<int>(import.state())),
                            "a state that v1.ImportState names");
  }
  COFILTER_RETURN_IF_ERROR(CheckTexts(import));
  return CheckCounts(import);
}

}  // namespace

absl::StatusOr<StoredImport> ImportFromProto(std::string_view prefix, const v1::Import& import) {
  StoredImport stored;
  const auto convert = [&]() -> absl::Status {
    COFILTER_RETURN_IF_ERROR(Check(import));
    if (!import.has_started_at()) return data::FieldError("started_at", "", "when it began");
    COFILTER_ASSIGN_OR_RETURN(stored.started_at, FromProto("started_at", import.started_at()));
    return absl::OkStatus();
  };
  if (const absl::Status status = convert(); !status.ok()) return WithFieldPrefix(prefix, status);
  stored.import_id = import.import_id();
  stored.fingerprint = import.fingerprint();
  stored.source_system = import.source_system();
  stored.events = import.events();
  stored.quarantined = import.quarantined();
  stored.body = import.SerializeAsString();
  return stored;
}

absl::Status ToProto(const StoredImport& stored, v1::Import* import) {
  if (import->ParseFromString(stored.body)) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("store: the record of import ", stored.import_id, " is damaged"));
}

absl::Status ListImportPage(const v1::ListImportsRequest& request, ImportStore* imports,
                            v1::ListImportsResponse* response) {
  COFILTER_RETURN_IF_ERROR(CheckCount("page_size", request.page_size(), kMaxPageSize));
  COFILTER_RETURN_IF_ERROR(data::ValidateText("fingerprint", request.fingerprint(), 256));
  const int page_size = request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  const std::string filter = absl::StrCat("imports ", request.fingerprint());
  constexpr std::uint64_t kAll = std::numeric_limits<std::int64_t>::max();
  COFILTER_ASSIGN_OR_RETURN(const std::uint64_t below,
                            ReadListCursor(request.page_token(), filter, kAll));
  COFILTER_ASSIGN_OR_RETURN(
      const std::vector<StoredImport> page,
      imports->List(static_cast<Sequence>(std::min(below, kAll)), request.fingerprint(),
                    static_cast<std::size_t>(page_size) + 1));
  std::size_t bytes = 0;
  for (const StoredImport& stored : page) {
    if (response->imports_size() == page_size || bytes > kMaxPageBytes) {
      response->set_next_page_token(
          MakeListCursor(static_cast<std::uint64_t>(stored.sequence) + 1, filter));
      break;
    }
    COFILTER_RETURN_IF_ERROR(ToProto(stored, response->add_imports()));
    bytes += stored.body.size();
  }
  return absl::OkStatus();
}

}  // namespace cofilter::service
