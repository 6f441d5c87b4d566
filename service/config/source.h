// Where candidates come from.
#ifndef COFILTER_SERVICE_CONFIG_SOURCE_H_
#define COFILTER_SERVICE_CONFIG_SOURCE_H_

#include <cstddef>
#include <cstdint>

namespace cofilter::service {

// Stored in receipts: never renumber.
enum class Source : std::uint8_t {
  kUnspecified = 0,
  kNeighbours = 1,  // the lists of the operator
  kGlobal = 2,      // its spectral term
  kContent = 3,     // an item born after the training, by what it is about
  kTrending = 4,    // in the whole organisation
  kPopular = 5,
  kNewest = 6,
  kEditors = 7,        // a rule
  kPopularInUnit = 8,  // in the member's org unit, or those above it
};
inline constexpr std::size_t kSourceCount = 9;

// A set of sources: bit 1 << Source.
inline constexpr std::uint32_t kAllSources = 0xffffffff;
inline constexpr bool HasSource(std::uint32_t sources, Source source) {
  return ((sources >> static_cast<unsigned>(source)) & 1u) != 0;
}

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_CONFIG_SOURCE_H_
