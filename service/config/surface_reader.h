// Reads one [surfaces.NAME] table.
#ifndef COFILTER_SERVICE_CONFIG_SURFACE_READER_H_
#define COFILTER_SERVICE_CONFIG_SURFACE_READER_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/config/config.h"
#include "toml.hpp"

namespace cofilter::service {

// What a surface of these kinds has where its table says nothing. One that serves news or articles
// is a news surface: what was read is not served again. Any other is for learning: what was
// completed is not. Weights are those of data::VerbWeights, by which training builds its matrix
// too.
SurfaceConfig SurfaceDefaults(std::string_view name, std::vector<data::ItemKind> kinds);

// Errors: as ConfigError.
absl::StatusOr<SurfaceConfig> ReadSurface(std::string_view origin, std::string_view name,
                                          const toml::value& value);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_CONFIG_SURFACE_READER_H_
