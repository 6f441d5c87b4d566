// backup and restore: the embedded store's file, while the server serves.
#include <filesystem>
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/store/sqlite/backup.h"

namespace cofilter::cli {
namespace {

void Print(const Invocation& invocation, const std::string& file, const std::string& digest,
           const std::string& kept_as) {
  if (invocation.json) {
    std::cout << nlohmann::json({{"file", file}, {"digest", digest}, {"kept_as", kept_as}}).dump()
              << '\n';
    return;
  }
  std::cout << file << ": content digest " << digest << '\n';
  if (!kept_as.empty()) std::cout << "what stood there is kept as " << kept_as << '\n';
}

}  // namespace

void AddStoreCommands(CLI::App* app, Invocation* invocation) {
  auto store = std::make_shared<std::string>("var/cofilter.db");
  auto file = std::make_shared<std::string>();
  CLI::App* backup =
      AddCommand(app, invocation, "backup", "Copy the store to a file, also while a server runs",
                 "  cofilter backup --store var/cofilter.db --to backup/monday.db",
                 [invocation, store, file]() -> absl::Status {
                   const std::string parent = std::filesystem::path(*file).parent_path().string();
                   if (!parent.empty()) COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(parent));
                   COFILTER_RETURN_IF_ERROR(service::BackupStore(*store, *file));
                   COFILTER_ASSIGN_OR_RETURN(const std::string digest, service::StoreDigest(*file));
                   Print(*invocation, *file, digest, "");
                   return absl::OkStatus();
                 });
  backup->add_option("--store", *store, "The store's file")->capture_default_str();
  backup->add_option("--to", *file, "The file to write; must not exist")->required();

  auto force = std::make_shared<bool>(false);
  CLI::App* restore = AddCommand(
      app, invocation, "restore", "Put a backup in the store's place; stop the server first",
      "  cofilter restore --from backup/monday.db --store var/cofilter.db --force",
      [invocation, store, file, force]() -> absl::Status {
        service::RestoreOptions options;
        options.force = *force;
        COFILTER_ASSIGN_OR_RETURN(const std::string aside,
                                  service::RestoreStore(*file, *store, options));
        COFILTER_ASSIGN_OR_RETURN(const std::string digest, service::StoreDigest(*store));
        Print(*invocation, *store, digest, aside);
        return absl::OkStatus();
      });
  restore->add_option("--store", *store, "The store's file")->capture_default_str();
  restore->add_option("--from", *file, "The backup")->required();
  restore->add_flag("--force", *force, "Put a store aside that stands there");
}

}  // namespace cofilter::cli
