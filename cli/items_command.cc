// items: the catalogue of a running server.
#include <iostream>
#include <memory>

#include <google/protobuf/util/time_util.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/contract_names.h"
#include "cli/import.h"
#include "cli/table.h"
#include "cofilter/v1/catalogue_service.grpc.pb.h"

namespace cofilter::cli {
namespace {

using Catalogue = Connection<v1::CatalogueService>;
using Stub = v1::CatalogueService::Stub;

struct ListFlags {
  std::vector<std::string> kinds, states, topics;
  std::string publisher, title;
  int limit = 50;
};

absl::Status List(const Invocation& invocation, const ListFlags& flags) {
  v1::ListItemsRequest request;
  request.set_page_size(std::min(flags.limit, 1000));
  for (const std::string& name : flags.kinds) {
    auto kind = ParseEnum<v1::ItemKind>("kind", name);
    if (!kind.ok()) return kind.status();
    request.add_kinds(*kind);
  }
  for (const std::string& name : flags.states) {
    auto state = ParseEnum<v1::ItemState>("state", name);
    if (!state.ok()) return state.status();
    request.add_states(*state);
  }
  request.mutable_topics()->Assign(flags.topics.begin(), flags.topics.end());
  request.set_publisher(flags.publisher);
  request.set_title_contains(flags.title);
  Catalogue catalogue(invocation);
  Table table({{"item"},
               {"kind"},
               {"title", Align::kLeft, 50},
               {"topics", Align::kLeft, 30},
               {"state"},
               {"published"}});
  for (int shown = 0; shown < flags.limit;) {
    auto page = catalogue.Call(&Stub::ListItems, request);
    if (!page.ok()) return page.status();
    for (const v1::Item& item : page->items()) {
      if (shown++ >= flags.limit) break;
      if (invocation.json) {
        std::cout << ToJson(item) << '\n';
        continue;
      }
      table.AddRow({item.item_id(), EnumName(item.kind()), item.title(),
                    absl::StrJoin(item.topics(), ", "), EnumName(item.state()),
                    item.has_published_at()
                        ? google::protobuf::util::TimeUtil::ToString(item.published_at())
                        : ""});
    }
    if (page->next_page_token().empty()) break;
    request.set_page_token(page->next_page_token());
  }
  if (!invocation.json) table.Print(std::cout);
  return absl::OkStatus();
}

absl::Status PrintItem(const absl::StatusOr<v1::Item>& item) {
  if (!item.ok()) return item.status();
  std::cout << ToJson(*item) << '\n';
  return absl::OkStatus();
}

}  // namespace

void AddItemsCommand(CLI::App* app, Invocation* invocation) {
  CLI::App* items = AddCommand(app, invocation, "items", "The catalogue", "", nullptr);

  auto path = std::make_shared<std::string>();
  CLI::App* upsert =
      AddCommand(items, invocation, "upsert", "Insert or replace items from a file",
                 "  cofilter items upsert items.jsonl\n  cofilter items upsert - < items.csv",
                 [invocation, path] {
                   ImportOptions options;
                   options.items = *path;
                   return Import(*invocation, options);
                 });
  upsert->add_option("file", *path, "JSON lines or CSV; - for standard input")->required();

  auto item_id = std::make_shared<std::string>();
  CLI::App* get =
      AddCommand(items, invocation, "get", "One item, as JSON", "  cofilter items get n42",
                 [invocation, item_id] {
                   v1::GetItemRequest request;
                   request.set_item_id(*item_id);
                   return PrintItem(Catalogue(*invocation).Call(&Stub::GetItem, request));
                 });
  get->add_option("item", *item_id, "Its id")->required();

  CLI::App* retire =
      AddCommand(items, invocation, "retire", "Take an item out of every list",
                 "  cofilter items retire n42", [invocation, item_id] {
                   v1::RetireItemRequest request;
                   request.set_item_id(*item_id);
                   return PrintItem(Catalogue(*invocation).Call(&Stub::RetireItem, request));
                 });
  retire->add_option("item", *item_id, "Its id")->required();

  auto flags = std::make_shared<ListFlags>();
  CLI::App* list = AddCommand(items, invocation, "list", "Items that pass the filters",
                              "  cofilter items list --kind course --topic safety",
                              [invocation, flags] { return List(*invocation, *flags); });
  list->add_option("--kind", flags->kinds, "Only these kinds");
  list->add_option("--state", flags->states, "active or retired");
  list->add_option("--topic", flags->topics, "Only items with one of these topics");
  list->add_option("--publisher", flags->publisher, "Only this publisher");
  list->add_option("--title", flags->title, "Only items whose title contains this");
  list->add_option("--limit", flags->limit, "At most so many")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
}

}  // namespace cofilter::cli
