// The generated organisation as JSON lines.
#include "data/generator_output.h"

#include <memory>
#include <span>

#include "absl/strings/str_cat.h"
#include "data/record_json.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

template <typename Record>
absl::Status WriteAll(std::span<const Record> records, const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSink> sink,
                            ByteSink::Create(path, Compression::kNone));
  std::string line;
  for (const Record& record : records) {
    line.clear();
    AppendJson(record, line);
    line += '\n';
    COFILTER_RETURN_IF_ERROR(sink->Write(line));
  }
  return sink->Close();
}

}  // namespace

absl::StatusOr<GeneratorCounts> WriteOrganisation(
    const OrganisationSettings& settings, const std::string& directory,
    Compression events_compression, const std::function<void(std::uint64_t)>& progress) {
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<Organisation> organisation,
                            Organisation::Create(settings));
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(directory));
  COFILTER_RETURN_IF_ERROR(
      WriteAll(organisation->Members(), absl::StrCat(directory, "/members.jsonl")));
  COFILTER_RETURN_IF_ERROR(
      WriteAll(organisation->Items(), absl::StrCat(directory, "/items.jsonl")));

  GeneratorCounts counts;
  counts.members = settings.members;
  counts.items = settings.items;
  const std::string path =
      absl::StrCat(directory, "/events.jsonl", std::string(CompressionSuffix(events_compression)));
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSink> sink,
                            ByteSink::Create(path, events_compression));
  std::string line;
  for (std::uint32_t day = 0; day < settings.days; ++day) {
    COFILTER_RETURN_IF_ERROR(organisation->ForEachEventOfDay(day, [&](const Event& event) {
      ++counts.events;
      line.clear();
      AppendJson(event, line);
      line += '\n';
      return sink->Write(line);
    }));
    if (progress) progress(counts.events);
  }
  COFILTER_RETURN_IF_ERROR(sink->Close());
  return counts;
}

}  // namespace cofilter::data
