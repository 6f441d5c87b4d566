// completion: prints a completion script for a shell.
#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/completion.h"

namespace cofilter::cli {

void AddCompletionCommand(CLI::App* app, Invocation* invocation) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = AddCommand(app, invocation, "completion", "Print a completion script",
                                 "  source <(cofilter completion bash)", [app, shell] {
                                   auto script = CompletionScript(*app, *shell);
                                   if (!script.ok()) return script.status();
                                   std::cout << *script;
                                   return absl::OkStatus();
                                 });
  command->add_option("shell", *shell, "bash, zsh or fish")->required();
}

}  // namespace cofilter::cli
