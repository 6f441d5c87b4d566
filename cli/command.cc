// Declares a command, with its examples below its help.
#include "cli/command.h"

#include <utility>

namespace cofilter::cli {

CLI::App* AddCommand(CLI::App* parent, Invocation* invocation, const std::string& name,
                     const std::string& description, const std::string& examples,
                     std::function<absl::Status()> run) {
  CLI::App* command = parent->add_subcommand(name, description);
  command->fallthrough();
  if (!examples.empty()) command->footer("Examples:\n" + examples);
  if (run) {
    command->final_callback([invocation, run = std::move(run)] { invocation->run = run; });
  } else {
    command->require_subcommand(1);
  }
  return command;
}

}  // namespace cofilter::cli
