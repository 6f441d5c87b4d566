// cofilter: the operator's command line.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/command.h"

namespace cofilter::cli {

namespace {

// Exit codes: 0 done, 1 it failed, 2 the command line is wrong.
int Main(int argc, char** argv) {
  Invocation invocation;
  // Not by a flag: every process of the machine can read those.
  if (const char* token = getenv("COFILTER_TOKEN")) {  // NOLINT(concurrency-mt-unsafe): one thread
    invocation.token = token;
  }
  CLI::App app{
      "cofilter: recommends news and learning from an organisation's own logs.\n"
      "Commands that ask a running server take --server; the others work on files."};
  app.name("cofilter");
  app.require_subcommand(1);
  app.add_option("--server", invocation.server, "Where the server listens")
      ->envname("COFILTER_SERVER")
      ->capture_default_str();
  app.add_option("--timeout", invocation.timeout_seconds, "Seconds to wait for an answer")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  app.add_option("--token-file", invocation.token_file,
                 "File with the token to call with; by default var/operator.token")
      ->envname("COFILTER_TOKEN_FILE");
  app.add_flag("--tls", invocation.tls, "Speak TLS; the system's authorities vouch for the server");
  app.add_option("--ca", invocation.ca, "Speak TLS; the authorities of this PEM file vouch")
      ->envname("COFILTER_CA");
  app.add_option("--client-certificate", invocation.client_certificate,
                 "PEM file, for a server that asks clients for one")
      ->envname("COFILTER_CLIENT_CERTIFICATE");
  app.add_option("--client-key", invocation.client_key, "PEM file with its key")
      ->envname("COFILTER_CLIENT_KEY");
  app.add_flag("--insecure", invocation.insecure,
               "Send the token without TLS to another machine too");
  app.add_flag("--json", invocation.json, "Print JSON in place of tables");
  app.set_version_flag("--version", "cofilter " COFILTER_VERSION);
  AddProgramCommands(&app, &invocation);
  AddRecommendCommands(&app, &invocation);
  AddRecordCommand(&app, &invocation);
  AddItemsCommand(&app, &invocation);
  AddMembersCommand(&app, &invocation);
  AddModelsCommand(&app, &invocation);
  AddImportCommand(&app, &invocation);
  AddExportCommand(&app, &invocation);
  AddStoreCommands(&app, &invocation);
  AddStoreCommand(&app, &invocation);
  AddLogCommands(&app, &invocation);
  AddTokenCommand(&app, &invocation);
  AddCompletionCommand(&app, &invocation);

  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    // What was mistyped is the reason, not what is missing because of it.
    const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
    if (unknown.empty()) return app.exit(error, std::cout, std::cerr) == 0 ? 0 : 2;
    std::cerr << "cofilter: '" << unknown.front() << "' is no command or flag here; see --help\n";
    return 2;
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : 2;
  }
  if (!invocation.run) return 0;
  const absl::Status status = invocation.run();
  if (!status.ok()) {
    std::cerr << "cofilter: " << status.message() << " (" << absl::StatusCodeToString(status.code())
              << ")\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace cofilter::cli

int main(int argc, char** argv) { return cofilter::cli::Main(argc, argv); }
