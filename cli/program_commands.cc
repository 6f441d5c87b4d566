// serve, train and evaluate: the programs that lie beside this one, under one roof.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "runtime/errno_text.h"

namespace cofilter::cli {
namespace {

// Replaces this process with the program; returns only when that failed.
absl::Status Become(const std::string& program, const std::vector<std::string>& arguments) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string path = (here.parent_path() / program).string();
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(path.c_str(), argv.data());
  const int reason = errno;
  return absl::NotFoundError(absl::StrCat(path, ": ", runtime::ErrnoText(reason)));
}

void AddProgram(CLI::App* app, Invocation* invocation, const std::string& name,
                const std::string& program, const std::string& description,
                const std::string& examples) {
  auto holder = std::make_shared<CLI::App*>(nullptr);
  CLI::App* command =
      AddCommand(app, invocation, name, description + " (" + program + ")", examples,
                 [holder, program] { return Become(program, (*holder)->remaining()); });
  *holder = command;
  command->fallthrough(false);
  command->prefix_command();
  command->set_help_flag();  // --help is the program's own
}

}  // namespace

void AddProgramCommands(CLI::App* app, Invocation* invocation) {
  AddProgram(app, invocation, "serve", "cofilter-server", "Run the server",
             "  cofilter serve --config service/config/cofilter.toml");
  AddProgram(app, invocation, "train", "cofilter-train", "Train a model and publish it",
             "  cofilter train --events var/export/events --items var/export/items.jsonl "
             "--config service/config/cofilter.toml --models var/models");
  AddProgram(app, invocation, "evaluate", "cofilter-evaluate", "Measure a model on a log",
             "  cofilter evaluate --models var/trial --events log.jsonl.zst --items items.jsonl "
             "--config service/config/cofilter.toml --split time\n"
             "  after cofilter train with the same flags, so that the test part stays unseen");
}

}  // namespace cofilter::cli
