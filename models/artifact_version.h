// The number in the name of an artifact's directory.
#ifndef COFILTER_MODELS_ARTIFACT_VERSION_H_
#define COFILTER_MODELS_ARTIFACT_VERSION_H_

#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace cofilter::models {

// Plain decimal, no sign, no leading zero; 0 for any other name.
inline std::uint64_t ArtifactVersionOf(std::string_view name) {
  if (name.empty() || name.front() == '0') return 0;
  std::uint64_t version = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, version);
  return error == std::errc() && stop == end ? version : 0;
}

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_ARTIFACT_VERSION_H_
