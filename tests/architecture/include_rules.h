// The direction of includes between the folders, as docs/ARCHITECTURE.md draws it.
#ifndef COFILTER_TESTS_ARCHITECTURE_INCLUDE_RULES_H_
#define COFILTER_TESTS_ARCHITECTURE_INCLUDE_RULES_H_

#include <string>
#include <string_view>
#include <vector>

namespace cofilter::architecture {

// What is wrong with one source file; empty when nothing is. `path` is relative to the root,
// "models/model.cc".
std::vector<std::string> Violations(std::string_view path, std::string_view content);

}  // namespace cofilter::architecture

#endif  // COFILTER_TESTS_ARCHITECTURE_INCLUDE_RULES_H_
