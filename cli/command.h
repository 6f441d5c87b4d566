// How a command joins the program: it declares itself and leaves behind what is to be run.
#ifndef COFILTER_CLI_COMMAND_H_
#define COFILTER_CLI_COMMAND_H_

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "absl/status/status.h"

namespace cofilter::cli {

// Where a server started in this directory keeps its operator's token.
inline constexpr char kDefaultTokenFile[] = "var/operator.token";

// What every command knows.
struct Invocation {
  std::string server = "127.0.0.1:8470";
  double timeout_seconds = 10;
  bool json = false;
  std::string token;       // itself; empty: from the file
  std::string token_file;  // empty: kDefaultTokenFile, where there is one
  bool tls = false;
  std::string ca;
  std::string client_certificate;
  std::string client_key;
  bool insecure = false;
  std::function<absl::Status()> run;  // set by the command that the line names
};

// Declares a command with its examples; `run` is called once all flags are parsed.
CLI::App* AddCommand(CLI::App* parent, Invocation* invocation, const std::string& name,
                     const std::string& description, const std::string& examples,
                     std::function<absl::Status()> run);

void AddProgramCommands(CLI::App* app, Invocation* invocation);    // serve, train, evaluate
void AddRecommendCommands(CLI::App* app, Invocation* invocation);  // recommend, similar, explain
void AddRecordCommand(CLI::App* app, Invocation* invocation);      // record
void AddItemsCommand(CLI::App* app, Invocation* invocation);       // items upsert|get|list|retire
void AddMembersCommand(CLI::App* app, Invocation* invocation);     // members upsert|preferences
void AddModelsCommand(CLI::App* app, Invocation* invocation);  // models list|get|promote|roll-back
void AddImportCommand(CLI::App* app, Invocation* invocation);  // import
void AddExportCommand(CLI::App* app, Invocation* invocation);  // export
void AddStoreCommands(CLI::App* app, Invocation* invocation);  // backup, restore
void AddStoreCommand(CLI::App* app, Invocation* invocation);   // store move|trim
void AddLogCommands(CLI::App* app, Invocation* invocation);    // generate, split
void AddTokenCommand(CLI::App* app, Invocation* invocation);   // token
void AddCompletionCommand(CLI::App* app, Invocation* invocation);  // completion

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_COMMAND_H_
