// What every importer is to the rest: lines in, events, items and members out.
#ifndef COFILTER_DATA_IMPORT_RECORD_READER_H_
#define COFILTER_DATA_IMPORT_RECORD_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "data/event.h"
#include "data/import/verb_map.h"
#include "data/item.h"
#include "data/member.h"

namespace cofilter::data {

// What a line (or a file) holds.
enum class RecordKind : std::uint8_t { kUnknown, kEvents, kItems, kMembers };

// An event, and the foreign verb that it came with: nullptr where the verb was one of ours.
struct ReadEvent {
  Event event;
  VerbUse* verb = nullptr;
};

// All that one line holds. Records are as the other system names things: ids are not mapped yet, an
// event_id that is empty is derived after that, and nothing is validated.
struct LineRecords {
  std::vector<ReadEvent> events;
  std::vector<Item> items;
  std::vector<Member> members;
  // What the line says of items that it only refers to; they join a catalogue only on request.
  std::vector<Item> described;
  bool header = false;              // names the columns; counts as no line
  bool passed_over = false;         // holds nothing that concerns us, rightly
  std::uint32_t untimed = 0;        // events whose time is that of the import
  std::uint32_t unresolved = 0;     // retractions whose event was not met
  std::uint32_t unkept_values = 0;  // values that no field of ours can hold

  void Clear() { *this = LineRecords{}; }
};

// Reads one format. Thread-safety: one thread at a time.
class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // A new file begins: whatever the last one's header said is forgotten.
  virtual void BeginFile() {}

  // Adds what the line holds to `out`, which comes cleared. Any bytes are safe to pass; `number`
  // counts the lines of the file from 1. Errors: INVALID_ARGUMENT that names the field, the value
  // and what would be right: the line is malformed, `out` is to be ignored. FAILED_PRECONDITION:
  // the whole file is not of this format (its header says so).
  virtual absl::Status Read(std::string_view line, std::uint64_t number, LineRecords& out) = 0;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_RECORD_READER_H_
