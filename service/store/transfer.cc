// Everything goes through the store's interfaces, so that any store can be carried to any other.
#include "service/store/transfer.h"

#include <algorithm>
#include <cstring>
#include <future>
#include <iterator>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "runtime/digest.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kPage = 1000;
constexpr std::size_t kBatch = 1000;  // events of one call
constexpr std::size_t kMostPointers = 1000;

std::int64_t Micros(runtime::Time time) { return time.time_since_epoch().count(); }

// One record's bytes: texts after their sizes, numbers as texts, so that no two records look alike.
class Record {
 public:
  Record& Text(std::string_view text) {
    absl::StrAppend(&bytes_, text.size(), ":", absl::string_view(text.data(), text.size()));
    return *this;
  }
  Record& Number(std::int64_t number) { return Text(absl::StrCat(number)); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Adds up digests, so that the order in which a store gives its records does not matter.
class Sum {
 public:
  void Add(const Record& record) {
    const runtime::Sha256Digest digest = runtime::Sha256(record.bytes());
    for (std::size_t half = 0; half < 2; ++half) {
      std::uint64_t part = 0;
      std::memcpy(&part, digest.data() + 8 * half, sizeof part);
      halves_[half] += part;
    }
    ++count_;
  }
  ContentSummary::Part Finish() const {
    return {.count = count_,
            .digest = absl::StrCat(absl::Hex(halves_[0], absl::kZeroPad16),
                                   absl::Hex(halves_[1], absl::kZeroPad16))};
  }

 private:
  std::uint64_t count_ = 0;
  std::uint64_t halves_[2] = {};
};

// Calls each(page of member ids).
absl::Status ForMembers(
    Store& store,
    const std::function<absl::Status(const std::vector<std::pair<MemberKey, std::string>>&)>&
        each) {
  for (MemberKey after = 0;;) {
    COFILTER_ASSIGN_OR_RETURN(const auto page, store.members().List(after, kPage));
    if (page.empty()) return absl::OkStatus();
    COFILTER_RETURN_IF_ERROR(each(page));
    after = page.back().first;
  }
}

// The log in pages.
absl::Status ForEvents(Store& store,
                       const std::function<absl::Status(std::vector<LoggedEvent>)>& each) {
  for (Sequence after = 0;;) {
    COFILTER_ASSIGN_OR_RETURN(std::vector<LoggedEvent> page,
                              store.events().ReadAfter(after, kBatch));
    if (page.empty()) return absl::OkStatus();
    after = page.back().sequence;
    COFILTER_RETURN_IF_ERROR(each(std::move(page)));
  }
}

absl::Status ForAudit(Store& store, const std::function<absl::Status(const AuditEntry&)>& each) {
  for (Sequence after = 0;;) {
    COFILTER_ASSIGN_OR_RETURN(const auto page, store.audit().ReadAfter(after, kPage));
    if (page.empty()) return absl::OkStatus();
    for (const AuditEntry& entry : page) COFILTER_RETURN_IF_ERROR(each(entry));
    after = page.back().sequence;
  }
}

// Oldest first.
absl::StatusOr<std::vector<StoredImport>> Imports(Store& store) {
  std::vector<StoredImport> imports;
  for (Sequence below = std::numeric_limits<Sequence>::max();;) {
    COFILTER_ASSIGN_OR_RETURN(std::vector<StoredImport> page,
                              store.imports().List(below, "", kPage));
    if (page.empty()) break;
    below = page.back().sequence;
    std::move(page.begin(), page.end(), std::back_inserter(imports));
  }
  std::reverse(imports.begin(), imports.end());
  return imports;
}

absl::StatusOr<std::vector<std::string>> ItemIds(Store& store) {
  std::vector<std::string> ids = {""};  // by key
  for (;;) {
    COFILTER_ASSIGN_OR_RETURN(const auto page, store.catalogue().ItemIdsAfter(
                                                   static_cast<ItemKey>(ids.size() - 1), kPage));
    if (page.empty()) return ids;
    for (const auto& [key, id] : page) {
      ids.resize(std::max<std::size_t>(ids.size(), key + std::size_t{1}));
      ids[key] = id;
    }
  }
}

void AddPreferences(const Preferences& preferences, Record& record) {
  record.Number(preferences.personalised).Number(preferences.preview_by_name);
  record.Text(EncodeTexts(preferences.muted_topics));
  record.Text(EncodeTexts(preferences.not_interested_item_ids));
}

absl::Status SummariseMembers(Store& store, Sum& members, Sum& histories) {
  COFILTER_ASSIGN_OR_RETURN(const std::vector<std::string> ids, ItemIds(store));
  return ForMembers(store, [&](const auto& page) -> absl::Status {
    for (const auto& [key, member_id] : page) {
      COFILTER_ASSIGN_OR_RETURN(const MemberState state, store.members().Read(member_id));
      Record record;
      record.Text(member_id).Text(state.member.org_unit).Text(EncodeTexts(state.member.cohorts));
      if (state.member.required.has_value()) {
        record.Text(absl::StrCat(state.member.required->credits))
            .Number(Micros(state.member.required->due_at));
      }
      AddPreferences(state.preferences, record);
      members.Add(record);
      for (const MemberItem& item : state.items) {
        if (item.item >= ids.size()) {
          return absl::DataLossError(
              absl::StrCat("store: the history of ", member_id, " names an unknown item"));
        }
        std::uint32_t progress = 0;
        std::memcpy(&progress, &item.progress, sizeof progress);
        histories.Add(Record()
                          .Text(member_id)
                          .Text(ids[item.item])
                          .Number(item.verbs)
                          .Number(progress)
                          .Number(Micros(item.first_at))
                          .Number(Micros(item.last_at)));
      }
    }
    return absl::OkStatus();
  });
}

absl::Status CopyItems(Store& from, Store& to) {
  std::vector<data::Item> items;
  absl::Status status;
  const auto flush = [&] {
    if (status.ok() && !items.empty()) status = to.catalogue().Upsert(items).status();
    items.clear();
  };
  COFILTER_RETURN_IF_ERROR(from.catalogue().Load([&](StoredItem stored) {
    stored.item.revision = 0;
    items.push_back(std::move(stored.item));
    if (items.size() == kPage) flush();
  }));
  flush();
  return status;
}

absl::Status CopyMembers(Store& from, Store& to) {
  return ForMembers(from, [&](const auto& page) -> absl::Status {
    std::vector<data::Member> members;
    std::vector<std::pair<std::string, Preferences>> set;
    for (const auto& [key, member_id] : page) {
      COFILTER_ASSIGN_OR_RETURN(MemberState state, from.members().Read(member_id));
      state.member.member_id = member_id;
      members.push_back(std::move(state.member));
      state.preferences.etag.clear();
      if (!(state.preferences == Preferences())) set.emplace_back(member_id, state.preferences);
    }
    COFILTER_RETURN_IF_ERROR(to.members().Upsert(members));
    for (const auto& [member_id, preferences] : set) {
      COFILTER_RETURN_IF_ERROR(to.members().UpdatePreferences(member_id, preferences).status());
    }
    return absl::OkStatus();
  });
}

absl::Status CopyEvents(Store& from, Store& to,
                        const std::function<void(std::uint64_t)>& progress) {
  std::uint64_t copied = 0;
  return ForEvents(from, [&](std::vector<LoggedEvent> page) -> absl::Status {
    std::vector<data::Event> events;
    events.reserve(page.size());
    for (LoggedEvent& logged : page) events.push_back(std::move(logged.event));
    const auto done = std::make_shared<std::promise<absl::Status>>();
    std::future<absl::Status> status = done->get_future();
    to.events().Record(std::move(events), [done](absl::StatusOr<RecordOutcome> outcome) {
      done->set_value(outcome.status());
    });
    COFILTER_RETURN_IF_ERROR(status.get());
    copied += page.size();
    if (progress) progress(copied);
    return absl::OkStatus();
  });
}

absl::Status CopyRest(Store& from, Store& to, runtime::SimulatedClock& target_clock) {
  COFILTER_ASSIGN_OR_RETURN(const std::vector<StoredRule> rules, from.rules().Load());
  for (const StoredRule& rule : rules) {
    COFILTER_RETURN_IF_ERROR(to.rules().Put(rule.rule_id, rule.body, 0).status());
  }
  COFILTER_ASSIGN_OR_RETURN(const std::vector<ModelPointer> pointers,
                            from.model_pointer().History(kMostPointers));
  Sequence revision = 0;
  for (auto pointer = pointers.rbegin(); pointer != pointers.rend(); ++pointer) {
    target_clock.Set(pointer->changed_at);
    COFILTER_ASSIGN_OR_RETURN(
        const ModelPointer set,
        to.model_pointer().Set(pointer->version, revision, pointer->changed_by, pointer->reason));
    revision = set.revision;
  }
  COFILTER_ASSIGN_OR_RETURN(const std::vector<StoredImport> imports, Imports(from));
  for (const StoredImport& import : imports) {
    COFILTER_RETURN_IF_ERROR(to.imports().Put(import));
  }
  return ForAudit(from, [&](const AuditEntry& entry) { return to.audit().Append(entry); });
}

absl::Status RequireEmpty(Store& to) {
  COFILTER_ASSIGN_OR_RETURN(const Sequence event, to.events().LastSequence());
  COFILTER_ASSIGN_OR_RETURN(const Sequence change, to.changes().LastChange());
  if (event == 0 && change == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "store: the target is not empty; right: a new file, or a prefix of its own in Redis");
}

}  // namespace

std::string_view ContentName(Content content) {
  constexpr std::array<std::string_view, kContents> kNames = {
      "items", "members",        "histories",     "events",
      "rules", "model pointers", "audit entries", "imports"};
  return kNames[static_cast<std::size_t>(content)];
}

absl::StatusOr<ContentSummary> Summarise(Store& store) {
  std::array<Sum, kContents> sums;
  const auto sum = [&](Content content) -> Sum& { return sums[static_cast<std::size_t>(content)]; };
  COFILTER_RETURN_IF_ERROR(store.catalogue().Load([&](const StoredItem& stored) {
    sum(Content::kItems).Add(Record().Text(stored.item.item_id).Text(EncodeItem(stored.item)));
  }));
  COFILTER_RETURN_IF_ERROR(
      SummariseMembers(store, sum(Content::kMembers), sum(Content::kHistories)));
  std::int64_t place = 0;
  COFILTER_RETURN_IF_ERROR(ForEvents(store, [&](const std::vector<LoggedEvent>& page) {
    std::string rest;
    for (const LoggedEvent& logged : page) {
      const data::Event& event = logged.event;
      EncodeEventRest(event, &rest);
      const float progress = event.progress.value_or(-1);
      std::uint32_t bits = 0;
      std::memcpy(&bits, &progress, sizeof bits);
      sum(Content::kEvents)
          .Add(Record()
                   .Number(place++)
                   .Text(event.event_id)
                   .Text(event.member_id)
                   .Text(event.item_id)
                   .Number(static_cast<int>(event.verb))
                   .Number(Micros(event.occurred_at))
                   .Number(Micros(event.received_at))
                   .Number(bits)
                   .Text(rest));
    }
    return absl::OkStatus();
  }));
  COFILTER_ASSIGN_OR_RETURN(const std::vector<StoredRule> rules, store.rules().Load());
  for (const StoredRule& rule : rules) {
    sum(Content::kRules).Add(Record().Text(rule.rule_id).Text(rule.body));
  }
  COFILTER_ASSIGN_OR_RETURN(const std::vector<ModelPointer> pointers,
                            store.model_pointer().History(kMostPointers));
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    const ModelPointer& pointer = pointers[i];
    sum(Content::kModelPointers)
        .Add(Record()
                 .Number(static_cast<std::int64_t>(i))
                 .Number(static_cast<std::int64_t>(pointer.version))
                 .Text(pointer.changed_by)
                 .Text(pointer.reason)
                 .Number(Micros(pointer.changed_at)));
  }
  COFILTER_RETURN_IF_ERROR(ForAudit(store, [&](const AuditEntry& entry) {
    sum(Content::kAudit)
        .Add(Record()
                 .Number(Micros(entry.at))
                 .Text(entry.actor)
                 .Text(entry.action)
                 .Text(entry.subject)
                 .Text(entry.detail));
    return absl::OkStatus();
  }));
  COFILTER_ASSIGN_OR_RETURN(const std::vector<StoredImport> imports, Imports(store));
  for (const StoredImport& import : imports) {
    sum(Content::kImports)
        .Add(Record()
                 .Text(import.import_id)
                 .Text(import.fingerprint)
                 .Text(import.source_system)
                 .Number(Micros(import.started_at))
                 .Number(import.events)
                 .Number(import.quarantined)
                 .Text(import.body));
  }
  ContentSummary summary;
  for (std::size_t i = 0; i < kContents; ++i) summary.parts[i] = sums[i].Finish();
  return summary;
}

absl::StatusOr<ContentSummary> CopyStore(Store& from, Store& to,
                                         runtime::SimulatedClock& target_clock,
                                         const std::function<void(std::uint64_t)>& progress) {
  COFILTER_RETURN_IF_ERROR(RequireEmpty(to));
  COFILTER_ASSIGN_OR_RETURN(const Sequence last_event, from.events().LastSequence());
  COFILTER_ASSIGN_OR_RETURN(const Sequence last_change, from.changes().LastChange());
  COFILTER_RETURN_IF_ERROR(CopyItems(from, to));
  COFILTER_RETURN_IF_ERROR(CopyMembers(from, to));
  COFILTER_RETURN_IF_ERROR(CopyEvents(from, to, progress));
  COFILTER_RETURN_IF_ERROR(CopyRest(from, to, target_clock));
  COFILTER_ASSIGN_OR_RETURN(const ContentSummary source, Summarise(from));
  COFILTER_ASSIGN_OR_RETURN(const ContentSummary target, Summarise(to));
  COFILTER_ASSIGN_OR_RETURN(const Sequence event_now, from.events().LastSequence());
  COFILTER_ASSIGN_OR_RETURN(const Sequence change_now, from.changes().LastChange());
  if (event_now != last_event || change_now != last_change) {
    return absl::FailedPreconditionError(
        "store: the source changed while it was copied; stop what writes to it, and copy again "
        "into an "
        "empty store");
  }
  for (int i = 0; i < kContents; ++i) {
    const auto content = static_cast<Content>(i);
    if (source[content] == target[content]) continue;
    const bool trimmed =
        content == Content::kHistories && source[Content::kEvents] == target[Content::kEvents];
    return absl::Status(
        trimmed ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kDataLoss,
        absl::StrCat(
            "store: ", absl::string_view(ContentName(content).data(), ContentName(content).size()),
            " differ: ", source[content].count, " (", source[content].digest, ") and ",
            target[content].count, " (", target[content].digest, ")",
            trimmed ? "; events that were trimmed from the source's log are not copied" : ""));
  }
  return target;
}

}  // namespace cofilter::service
