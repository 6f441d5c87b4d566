// recommend, similar and explain: lists as a member would get them, and why.
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/contract_names.h"
#include "cli/table.h"
#include "cofilter/v1/catalogue_service.grpc.pb.h"
#include "cofilter/v1/recommendation_service.grpc.pb.h"

namespace cofilter::cli {
namespace {

// Titles for a list, asked one by one; an item without one shows its id alone.
class Titles {
 public:
  explicit Titles(const Invocation& invocation) : catalogue_(invocation) {}

  const std::string& Of(const std::string& item_id) {
    const auto known = titles_.find(item_id);
    if (known != titles_.end()) return known->second;
    v1::GetItemRequest request;
    request.set_item_id(item_id);
    auto item = catalogue_.Call(&v1::CatalogueService::Stub::GetItem, request);
    return titles_[item_id] = item.ok() ? item->title() : std::string();
  }

 private:
  Connection<v1::CatalogueService> catalogue_;
  std::map<std::string, std::string> titles_;
};

std::string Why(const v1::RecommendedItem& item, Titles* titles) {
  std::vector<std::string> parts;
  for (const v1::Reason& reason : item.reasons()) {
    const std::string& title = titles->Of(reason.item_id());
    parts.push_back(absl::StrCat(title.empty() ? reason.item_id() : title, " ",
                                 FormatScore(reason.contribution())));
  }
  return absl::StrJoin(parts, " · ");
}

void PrintHead(const v1::Recommendation& list) {
  std::cout << "level " << EnumName(list.level()) << ", model "
            << (list.revisions().model() == 0 ? std::string("none")
                                              : absl::StrCat(list.revisions().model()))
            << ", catalogue revision " << list.revisions().catalogue() << ", dial "
            << FormatScore(list.dial()) << '\n';
  if (!list.seen_items_excluded())
    std::cout << "The store is away: items that the member has seen could not be left out.\n";
  if (list.personalised_off()) std::cout << "The member has switched personal lists off.\n";
}

void PrintList(const v1::Recommendation& list, Titles* titles) {
  PrintHead(list);
  Table table({{"#", Align::kRight},
               {"item"},
               {"title", Align::kLeft, 44},
               {"source"},
               {"score", Align::kRight},
               {"because", Align::kLeft, 60}});
  for (const v1::RecommendedItem& item : list.items()) {
    table.AddRow({absl::StrCat(item.rank()), item.item_id(), titles->Of(item.item_id()),
                  EnumName(item.source()), FormatScore(item.score()), Why(item, titles)});
  }
  table.Print(std::cout);
  if (list.stages_size() == 0) return;
  std::cout << '\n';
  Table stages(
      {{"stage"}, {"in", Align::kRight}, {"out", Align::kRight}, {"dropped", Align::kLeft, 100}});
  for (const v1::StageTrace& stage : list.stages()) {
    std::vector<std::string> drops;
    for (const auto& drop : stage.drops())
      drops.push_back(absl::StrCat(EnumName(drop.reason()), " ", drop.count()));
    stages.AddRow({stage.stage(), absl::StrCat(stage.in()), absl::StrCat(stage.out()),
                   absl::StrJoin(drops, ", ")});
  }
  stages.Print(std::cout);
}

void PrintExplanation(const v1::RecommendedItem& item, Titles* titles) {
  std::cout << '\n'
            << '#' << item.rank() << ' ' << item.item_id() << "  " << titles->Of(item.item_id())
            << "\nfrom " << EnumName(item.source()) << ", score " << FormatScore(item.score())
            << '\n';
  Table lines({{"summand"}, {"value", Align::kRight}});
  for (const v1::ScoreLine& line : item.lines())
    lines.AddRow({EnumName(line.kind()), FormatScore(line.value())});
  lines.Print(std::cout);
  if (item.reasons_size() == 0) return;
  std::cout << '\n';
  Table reasons({{"because of"}, {"title", Align::kLeft, 60}, {"adds", Align::kRight}});
  for (const v1::Reason& reason : item.reasons()) {
    reasons.AddRow(
        {reason.item_id(), titles->Of(reason.item_id()), FormatScore(reason.contribution())});
  }
  reasons.AddRow({"(the rest of the history)", "", FormatScore(item.remainder())});
  reasons.Print(std::cout);
}

struct RecommendFlags {
  std::string surface;
  std::vector<std::string> topics, exclude, kinds, candidates;
  std::string member, language, page_token, item;
  int count = 0;
  int max_reasons = 3;
  std::optional<double> dial;
  bool stages = false;
  bool ids = false;
};

absl::StatusOr<v1::RecommendItemsResponse> Ask(const Invocation& invocation,
                                               const RecommendFlags& flags) {
  v1::RecommendItemsRequest request;
  request.set_member_id(flags.member);
  request.set_surface(flags.surface);
  request.set_count(flags.count);
  request.mutable_topics()->Assign(flags.topics.begin(), flags.topics.end());
  request.mutable_exclude_item_ids()->Assign(flags.exclude.begin(), flags.exclude.end());
  request.mutable_candidate_item_ids()->Assign(flags.candidates.begin(), flags.candidates.end());
  request.set_language(flags.language);
  for (const std::string& name : flags.kinds) {
    auto kind = ParseEnum<v1::ItemKind>("kind", name);
    if (!kind.ok()) return kind.status();
    request.add_kinds(*kind);
  }
  if (flags.dial) request.set_dial(*flags.dial);
  request.set_page_token(flags.page_token);
  request.set_explain_stages(flags.stages);
  request.set_max_reasons(flags.max_reasons);
  return Connection<v1::RecommendationService>(invocation)
      .Call(&v1::RecommendationService::Stub::RecommendItems, request);
}

absl::Status Recommend(const Invocation& invocation, const RecommendFlags& flags) {
  auto response = Ask(invocation, flags);
  if (!response.ok()) return response.status();
  if (flags.ids) {
    for (const auto& item : response->recommendation().items()) std::cout << item.item_id() << '\n';
  } else if (invocation.json) {
    std::cout << ToJson(*response) << '\n';
  } else {
    Titles titles(invocation);
    PrintList(response->recommendation(), &titles);
    if (!response->next_page_token().empty() && flags.stages)
      std::cout << "next page: --page-token " << response->next_page_token() << '\n';
  }
  return absl::OkStatus();
}

absl::Status Explain(const Invocation& invocation, const RecommendFlags& flags) {
  auto response = Ask(invocation, flags);
  if (!response.ok()) return response.status();
  if (invocation.json) {
    std::cout << ToJson(*response) << '\n';
    return absl::OkStatus();
  }
  Titles titles(invocation);
  PrintHead(response->recommendation());
  bool found = false;
  for (const v1::RecommendedItem& item : response->recommendation().items()) {
    if (!flags.item.empty() && item.item_id() != flags.item) continue;
    PrintExplanation(item, &titles);
    found = true;
  }
  if (!found && !flags.item.empty()) {
    return absl::NotFoundError(absl::StrCat("item: '", flags.item, "' is not among the first ",
                                            response->recommendation().items_size(),
                                            " of the list; --stages of recommend says what was "
                                            "dropped and why"));
  }
  return absl::OkStatus();
}

absl::Status Similar(const Invocation& invocation, const RecommendFlags& flags) {
  v1::RecommendSimilarItemsRequest request;
  request.set_item_id(flags.item);
  request.set_surface(flags.surface);
  request.set_count(flags.count);
  request.set_member_id(flags.member);
  request.mutable_exclude_item_ids()->Assign(flags.exclude.begin(), flags.exclude.end());
  if (flags.dial) request.set_dial(*flags.dial);
  auto response = Connection<v1::RecommendationService>(invocation)
                      .Call(&v1::RecommendationService::Stub::RecommendSimilarItems, request);
  if (!response.ok()) return response.status();
  if (invocation.json) {
    std::cout << ToJson(*response) << '\n';
  } else {
    Titles titles(invocation);
    PrintList(response->recommendation(), &titles);
  }
  return absl::OkStatus();
}

void AddListFlags(CLI::App* command, RecommendFlags* flags) {
  command->add_option("--surface", flags->surface, "The surface: news, learning")->required();
  command->add_option("--count", flags->count, "How many items; default: the surface's")
      ->check(CLI::Range(1, 500));
  command->add_option("--dial", flags->dial, "Long-tail dial, 0 (accurate) to 1 (far tail)")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--exclude", flags->exclude, "Item ids to leave out");
}

void AddFilterFlags(CLI::App* command, RecommendFlags* flags) {
  command->add_option("--member", flags->member, "The member's id")->required();
  command->add_option("--candidate", flags->candidates,
                      "Only these item ids, put in order for the member");
  command->add_option("--topic", flags->topics, "Only items with one of these topics");
  command->add_option("--kind", flags->kinds, "Only these kinds: news, course, …");
  command->add_option("--language", flags->language, "Only items in this language");
}

}  // namespace

void AddRecommendCommands(CLI::App* app, Invocation* invocation) {
  auto recommend = std::make_shared<RecommendFlags>();
  CLI::App* command =
      AddCommand(app, invocation, "recommend", "A list for one member",
                 "  cofilter recommend --member m7 --surface news --count 10\n"
                 "  cofilter recommend --member m7 --surface learning --dial 0.8 --stages",
                 [invocation, recommend] { return Recommend(*invocation, *recommend); });
  AddListFlags(command, recommend.get());
  AddFilterFlags(command, recommend.get());
  command->add_option("--page-token", recommend->page_token, "Continue an earlier list");
  command->add_option("--reasons", recommend->max_reasons, "Reasons with each item")
      ->check(CLI::Range(0, 50))
      ->capture_default_str();
  command->add_flag("--stages", recommend->stages, "Say what each stage dropped and why");
  command->add_flag("--ids", recommend->ids, "Print item ids alone, for scripts");

  auto explain = std::make_shared<RecommendFlags>();
  explain->max_reasons = 10;
  command = AddCommand(app, invocation, "explain", "Why a list made now looks as it does",
                       "  cofilter explain --member m7 --surface learning --item c3",
                       [invocation, explain] { return Explain(*invocation, *explain); });
  AddListFlags(command, explain.get());
  AddFilterFlags(command, explain.get());
  command->add_option("--item", explain->item, "Only this item of the list");
  command->add_option("--reasons", explain->max_reasons, "Reasons with each item")
      ->check(CLI::Range(0, 50))
      ->capture_default_str();

  auto similar = std::make_shared<RecommendFlags>();
  command = AddCommand(app, invocation, "similar", "Items like one item",
                       "  cofilter similar --item n42 --surface news",
                       [invocation, similar] { return Similar(*invocation, *similar); });
  AddListFlags(command, similar.get());
  command->add_option("--item", similar->item, "Like which item")->required();
  command->add_option("--member", similar->member, "Leave out what this member has seen");
}

}  // namespace cofilter::cli
