// Writes a generated organisation to files.
#ifndef COFILTER_DATA_GENERATOR_OUTPUT_H_
#define COFILTER_DATA_GENERATOR_OUTPUT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "data/byte_sink.h"
#include "data/generator.h"

namespace cofilter::data {

struct GeneratorCounts {
  std::uint64_t members = 0;
  std::uint64_t items = 0;
  std::uint64_t events = 0;
};

// Makes the directory and writes members.jsonl, items.jsonl and events.jsonl (with .gz or .zst as
// `events_compression` says) into it; events stand in the order of time. `progress` gets the events
// written after each day; it may be empty. Cost: memory grows with members, items and the events of
// one day. Errors: INVALID_ARGUMENT for the settings, INTERNAL when writing fails.
absl::StatusOr<GeneratorCounts> WriteOrganisation(
    const OrganisationSettings& settings, const std::string& directory,
    Compression events_compression, const std::function<void(std::uint64_t events)>& progress = {});

}  // namespace cofilter::data

#endif  // COFILTER_DATA_GENERATOR_OUTPUT_H_
