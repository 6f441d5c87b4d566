// Runs an importer over lines, and describes what came of them in short texts.
#ifndef COFILTER_TESTS_DATA_IMPORT_IMPORT_WORLD_H_
#define COFILTER_TESTS_DATA_IMPORT_IMPORT_WORLD_H_

#include <string>
#include <string_view>
#include <vector>

#include "data/import/import_stream.h"

namespace cofilter::data {

// 2026-11-24T08:00:00Z, when the tests' imports run.
inline constexpr runtime::Time kImportedAt{runtime::Duration(1'795'507'200'000'000)};

struct Imported final : RecordTaker {
  absl::Status Take(Event& event) override {
    events.push_back(event);
    return absl::OkStatus();
  }
  absl::Status Take(Item& item) override {
    items.push_back(item);
    return absl::OkStatus();
  }
  absl::Status Take(Member& member) override {
    members.push_back(member);
    return absl::OkStatus();
  }
  void Describe(Item& item) override { described.push_back(item); }
  absl::Status LineDone(const LinePosition& position) override {
    done = position;
    return absl::OkStatus();
  }

  std::vector<Event> events;
  std::vector<Item> items, described;
  std::vector<Member> members;
  LinePosition done;
  ImportReport report;
  absl::Status status;
};

// Malformed lines are all accepted as such, unless the options say another share.
Imported ImportFile(const std::string& path, ImportStreamOptions options = {});
// The same of a file with this content, named so.
Imported ImportText(std::string_view content, ImportStreamOptions options = {},
                    const std::string& name = "log");

// "ann read i1 @2026-01-01T00:00:00Z", then what else is set: " progress=0.5 score=1 success …".
std::string Describe(const Event& event);
std::string Describe(const Item& item);
std::string Describe(const Member& member);
template <typename Record>
std::vector<std::string> DescribeAll(const std::vector<Record>& records) {
  std::vector<std::string> all;
  for (const Record& record : records) all.push_back(Describe(record));
  return all;
}

}  // namespace cofilter::data

#endif  // COFILTER_TESTS_DATA_IMPORT_IMPORT_WORLD_H_
