// Shell completion made from the command line's own description, so that it cannot fall behind.
#ifndef COFILTER_CLI_COMPLETION_H_
#define COFILTER_CLI_COMPLETION_H_

#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "absl/status/statusor.h"

namespace cofilter::cli {

// The completion script for "bash", "zsh" or "fish". Errors: INVALID_ARGUMENT for another shell.
absl::StatusOr<std::string> CompletionScript(const CLI::App& app, std::string_view shell);

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_COMPLETION_H_
