// Files in a temporary directory; texts field by field.
#include "tests/data/import/import_world.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/files.h"

namespace cofilter::data {

Imported ImportFile(const std::string& path, ImportStreamOptions options) {
  Imported imported;
  options.quarantine.max_share = options.quarantine.max_share == QuarantineOptions().max_share
                                     ? 1
                                     : options.quarantine.max_share;
  options.now = kImportedAt;
  options.reader.imported_at = kImportedAt;
  imported.status = ReadImport(path, options, imported, imported.report);
  return imported;
}

Imported ImportText(std::string_view content, ImportStreamOptions options,
                    const std::string& name) {
  const auto directory = runtime::TemporaryDirectory::Create("import");
  if (!directory.ok()) return {};
  const std::string path = directory->path() + "/" + name;
  std::ofstream(path, std::ios::binary) << content;
  return ImportFile(path, std::move(options));
}

std::string Describe(const Event& event) {
  std::string text = absl::StrCat(
      event.member_id, " ",
      event.verb == Verb::kOther ? event.other_verb : std::string(VerbName(event.verb)), " ",
      event.item_id, " @", runtime::FormatTime(event.occurred_at));
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) absl::StrAppend(&text, " ", name, "=", value);
  };
  if (event.verb == Verb::kOther) text += " unweighted";
  add("retracts", event.retracts_event_id);
  if (event.progress) absl::StrAppend(&text, " progress=", *event.progress);
  if (event.score) absl::StrAppend(&text, " score=", *event.score);
  if (event.success) absl::StrAppend(&text, *event.success ? " success" : " failure");
  if (event.duration_seconds) absl::StrAppend(&text, " duration=", *event.duration_seconds);
  if (event.time_assumed) text += " time-assumed";
  add("surface", event.surface);
  add("recommendation", event.recommendation_id);
  add("session", event.session_id);
  add("client", event.client_id);
  add("platform", event.platform);
  return text;
}

std::string Describe(const Item& item) {
  std::string text = absl::StrCat(item.item_id, " ", std::string(ItemKindName(item.kind)), " '",
                                  item.title, "' [", absl::StrJoin(item.topics, ","), "]");
  if (!item.language.empty()) absl::StrAppend(&text, " ", item.language);
  if (!item.publisher.empty()) absl::StrAppend(&text, " by ", item.publisher);
  if (item.published_at) absl::StrAppend(&text, " @", runtime::FormatTime(*item.published_at));
  if (!item.org_units.empty()) absl::StrAppend(&text, " for ", absl::StrJoin(item.org_units, ","));
  if (item.state == ItemState::kRetired) text += " retired";
  return text;
}

std::string Describe(const Member& member) {
  return absl::StrCat(member.member_id, " ", member.org_unit, " [",
                      absl::StrJoin(member.cohorts, ","), "]");
}

}  // namespace cofilter::data
