// record: one event, as a backend would send it.
#include <iostream>
#include <memory>
#include <optional>

#include <google/protobuf/util/time_util.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/contract_names.h"
#include "cofilter/v1/event_service.grpc.pb.h"
#include "runtime/clock.h"
#include "runtime/digest.h"

namespace cofilter::cli {
namespace {

struct RecordFlags {
  std::string event_id, member, item, verb, surface, at, retracts;
  std::optional<float> progress;
};

absl::Status Record(const Invocation& invocation, const RecordFlags& flags) {
  v1::RecordEventsRequest request;
  v1::Event* event = request.add_events();
  auto verb = ParseEnum<v1::Verb>("verb", flags.verb);
  if (!verb.ok()) return verb.status();
  runtime::Time at = runtime::SystemClock::Instance().Now();
  if (!flags.at.empty()) {
    auto parsed = runtime::ParseTime(flags.at);
    if (!parsed.ok()) return parsed.status();
    at = *parsed;
  }
  event->set_event_id(flags.event_id.empty() ? runtime::RandomUuid() : flags.event_id);
  event->set_member_id(flags.member);
  event->set_item_id(flags.item);
  event->set_verb(*verb);
  event->set_retracts_event_id(flags.retracts);
  event->set_surface(flags.surface);
  *event->mutable_occurred_at() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(at.time_since_epoch().count());
  if (flags.progress) event->set_progress(*flags.progress);
  auto response =
      Connection<v1::EventService>(invocation).Call(&v1::EventService::Stub::RecordEvents, request);
  if (!response.ok()) return response.status();
  if (invocation.json) {
    std::cout << ToJson(*response) << '\n';
    return absl::OkStatus();
  }
  std::cout << "event " << event->event_id() << ": "
            << (response->recorded() > 0 ? "recorded" : "not recorded") << " ("
            << EnumName(response->durability()) << ")\n";
  if (response->unknown_item_ids_size() > 0) {
    std::cout << "not in the catalogue: " << absl::StrJoin(response->unknown_item_ids(), ", ")
              << '\n';
  }
  if (response->conflicting_event_ids_size() > 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("event_id: '", event->event_id(),
                     "' stands for an event with other content or "
                     "another time; the first stays (--at repeats one)"));
  }
  return absl::OkStatus();
}

}  // namespace

void AddRecordCommand(CLI::App* app, Invocation* invocation) {
  auto flags = std::make_shared<RecordFlags>();
  CLI::App* command = AddCommand(app, invocation, "record", "Record one event",
                                 "  cofilter record --member m7 --item n42 --verb read\n"
                                 "  cofilter record --member m7 --verb retract --retracts e1",
                                 [invocation, flags] { return Record(*invocation, *flags); });
  command->add_option("--member", flags->member, "The member's id")->required();
  command->add_option("--item", flags->item, "The item's id; not for visit and retract");
  command->add_option("--verb", flags->verb, "read, open, complete, like, …")->required();
  command->add_option("--event-id", flags->event_id, "Names the event; default: a new UUID");
  command->add_option("--surface", flags->surface, "Where the item was listed");
  command->add_option("--at", flags->at, "When, RFC 3339; default: now");
  command->add_option("--progress", flags->progress, "0 to 1")->check(CLI::Range(0.0, 1.0));
  command->add_option("--retracts", flags->retracts, "With retract: the event to take back");
}

}  // namespace cofilter::cli
