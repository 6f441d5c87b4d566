// Reads the file whole: it is looked up for every id of a log.
#include "data/import/id_map.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "data/csv_line.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "data/line_reader.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

absl::Status CheckHeader(const std::vector<std::string_view>& names, std::string_view ours) {
  if (names.size() == 3 && names[0] == "source" && names[1] == "id" && names[2] == ours) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the header is wrong; right: source,id,", std::string(ours)));
}

}  // namespace

absl::StatusOr<IdMap> IdMap::Open(const std::string& path, std::string_view ours) {
  IdMap map;
  if (path.empty()) return map;
  COFILTER_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path));
  CsvSplitter splitter;
  std::vector<std::string_view> fields;
  const auto take = [&](const Line& line) -> absl::Status {
    COFILTER_RETURN_IF_ERROR(splitter.Split(line.text, fields));
    if (line.number == 1) return CheckHeader(fields, ours);
    if (fields.size() != 3) return absl::InvalidArgumentError("the line has not three columns");
    COFILTER_RETURN_IF_ERROR(ValidateId("source", fields[0]));
    COFILTER_RETURN_IF_ERROR(ValidateId("id", fields[1]));
    COFILTER_RETURN_IF_ERROR(ValidateId(ours, fields[2]));
    const auto [place, added] = map.ids_.emplace(
        absl::StrCat(std::string(fields[0]), "\t", std::string(fields[1])), fields[2]);
    if (!added && place->second != fields[2]) {
      return FieldError(
          "id", fields[1],
          absl::StrCat("mapped once; it stands for ", ShowValue(place->second), " already"));
    }
    return absl::OkStatus();
  };
  Line line;
  while (reader.Next(line)) {
    if (line.text.empty()) continue;
    if (const absl::Status status = take(line); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", line.number, ": ", status.message()));
    }
  }
  COFILTER_RETURN_IF_ERROR(reader.status());
  return map;
}

void IdMap::Apply(std::string_view source, std::string& id) {
  if (ids_.empty() || id.empty() || id.size() > kMaxIdBytes) return;
  key_.assign(source).append("\t").append(id);
  const auto found = ids_.find(key_);
  if (found == ids_.end()) return;
  id = found->second;
  ++applied_;
}

}  // namespace cofilter::data
