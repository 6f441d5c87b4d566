// members: what the backend says of members, and what they decided.
#include <iostream>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/import.h"
#include "cofilter/v1/member_service.grpc.pb.h"

namespace cofilter::cli {
namespace {

using Members = Connection<v1::MemberService>;
using Stub = v1::MemberService::Stub;

struct PreferenceFlags {
  std::string member;
  std::optional<bool> personalised;
  std::optional<std::vector<std::string>> mute, not_interested;
};

absl::Status Preferences(const Invocation& invocation, const PreferenceFlags& flags) {
  Members members(invocation);
  absl::StatusOr<v1::Preferences> answer;
  if (!flags.personalised && !flags.mute && !flags.not_interested) {
    v1::GetPreferencesRequest request;
    request.set_member_id(flags.member);
    answer = members.Call(&Stub::GetPreferences, request);
  } else {
    v1::UpdatePreferencesRequest request;
    v1::Preferences* preferences = request.mutable_preferences();
    preferences->set_member_id(flags.member);
    if (flags.personalised) {
      preferences->set_personalised(*flags.personalised);
      request.mutable_update_mask()->add_paths("personalised");
    }
    if (flags.mute) {
      preferences->mutable_muted_topics()->Assign(flags.mute->begin(), flags.mute->end());
      request.mutable_update_mask()->add_paths("muted_topics");
    }
    if (flags.not_interested) {
      preferences->mutable_not_interested_item_ids()->Assign(flags.not_interested->begin(),
                                                             flags.not_interested->end());
      request.mutable_update_mask()->add_paths("not_interested_item_ids");
    }
    answer = members.Call(&Stub::UpdatePreferences, request);
  }
  if (!answer.ok()) return answer.status();
  std::cout << ToJson(*answer) << '\n';
  return absl::OkStatus();
}

}  // namespace

void AddMembersCommand(CLI::App* app, Invocation* invocation) {
  CLI::App* members = AddCommand(app, invocation, "members", "Members", "", nullptr);

  auto path = std::make_shared<std::string>();
  CLI::App* upsert =
      AddCommand(members, invocation, "upsert", "Insert or replace members from a file",
                 "  cofilter members upsert members.jsonl", [invocation, path] {
                   ImportOptions options;
                   options.members = *path;
                   return Import(*invocation, options);
                 });
  upsert->add_option("file", *path, "JSON lines or CSV; - for standard input")->required();

  auto flags = std::make_shared<PreferenceFlags>();
  CLI::App* preferences =
      AddCommand(members, invocation, "preferences", "Show or change a member's preferences",
                 "  cofilter members preferences m7\n"
                 "  cofilter members preferences m7 --personalised false --mute sports",
                 [invocation, flags] { return Preferences(*invocation, *flags); });
  preferences->add_option("member", flags->member, "The member's id")->required();
  preferences->add_option("--personalised", flags->personalised, "true or false");
  preferences->add_option("--mute", flags->mute, "The topics to mute, in place of those before");
  preferences->add_flag_callback(
      "--no-mute", [flags] { flags->mute.emplace(); }, "Mute no topic any more");
  preferences->add_flag_callback(
      "--no-not-interested", [flags] { flags->not_interested.emplace(); },
      "Leave no item out any more");
  preferences->add_option("--not-interested", flags->not_interested,
                          "The items not to serve, in place of those before");
}

}  // namespace cofilter::cli
