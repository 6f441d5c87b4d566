// One event: a row of the log, chained to the pair's event before it, and the pair's row.
#include "service/store/sqlite/event_recorder.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "runtime/digest.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"

namespace cofilter::service {
namespace {

constexpr char kReadPair[] =
    "SELECT verbs, progress, first_at, last_at, last_event FROM member_item WHERE member=? AND "
    "item=?";
constexpr char kWritePair[] =
    "INSERT OR REPLACE INTO member_item (member, item, verbs, progress, first_at, last_at, "
    "last_event) "
    "VALUES (?,?,?,?,?,?,?)";
constexpr char kAddEvent[] =
    "INSERT INTO event (sequence, organisation, id_hash, event_id, member, item, verb, "
    "occurred_at, "
    "received_at, progress, rest, previous) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT (id_hash) DO NOTHING";
constexpr char kFindEvent[] =
    "SELECT organisation, event_id, sequence, member, item, verb, occurred_at, progress, rest, "
    "retracted "
    "FROM event WHERE id_hash=?";
constexpr char kRetractEvent[] = "UPDATE event SET retracted=1 WHERE sequence=?";
constexpr char kReadChain[] =
    "SELECT previous, verb, occurred_at, progress, retracted FROM event WHERE sequence=?";
constexpr char kAddPending[] =
    "INSERT OR IGNORE INTO pending_retraction (organisation, event_id, member) VALUES (?,?,?)";
constexpr char kTakePending[] =
    "DELETE FROM pending_retraction WHERE organisation=? AND event_id=? AND member=?";

// Where an event id is looked for: here, or, where another id stands, at the numbers that follow.
// A digest that cannot be steered keeps such neighbours rare whatever ids come.
std::int64_t HashOf(std::int64_t organisation, std::string_view event_id, std::string* scratch) {
  scratch->assign(reinterpret_cast<const char*>(&organisation), sizeof organisation);
  scratch->append(event_id);
  const runtime::Sha256Digest digest = runtime::Sha256(*scratch);
  std::int64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}
std::int64_t NextHash(std::int64_t hash) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(hash) + 1);
}

// What a pair's events come to. Times are microseconds.
struct Pair {
  std::uint32_t verbs = 0;
  double progress = 0;
  std::int64_t first_at = 0;
  std::int64_t last_at = 0;
  Sequence last_event = 0;

  void Add(int verb, std::int64_t at, double reached) {
    first_at = verbs == 0 ? at : std::min(first_at, at);
    last_at = verbs == 0 ? at : std::max(last_at, at);
    verbs |= 1u << static_cast<unsigned>(verb);
    progress = std::max(progress, reached);
  }
};

struct StoredEvent {
  Sequence sequence = 0;
  MemberKey member = 0;
  ItemKey item = 0;
  int verb = 0;
  std::int64_t occurred_at = 0;
  std::optional<double> progress;
  std::string rest;
  bool retracted = false;
};

std::int64_t Micros(runtime::Time time) { return time.time_since_epoch().count(); }

class Recorder {
 public:
  explicit Recorder(WriterConnection& writer)
      : writer_(writer), connection_(writer.connection()), organisation_(writer.organisation()) {}

  absl::Status Record(const data::Event& event, std::uint32_t index);
  RecordOutcome TakeOutcome() { return std::move(outcome_); }

 private:
  absl::StatusOr<Pair> ReadPair(MemberKey member, ItemKey item);
  absl::Status WritePair(MemberKey member, ItemKey item, const Pair& pair);
  // The sequence of the new row, or nullopt: a row with the same id is there, in `found_`.
  absl::StatusOr<std::optional<Sequence>> Insert(const data::Event& event, MemberKey member,
                                                 ItemKey item, Sequence previous);
  absl::StatusOr<std::optional<StoredEvent>> Find(std::string_view event_id);
  // What stands at one number; *stored is filled when it is this id.
  enum class Found { kNothing, kOtherId, kThisId };
  absl::StatusOr<Found> Probe(std::int64_t hash, std::string_view event_id, StoredEvent* stored);
  void NoteKnown(const data::Event& event, MemberKey member, ItemKey item);
  absl::Status Retract(const data::Event& event, MemberKey member, std::uint32_t index,
                       Sequence sequence);
  absl::StatusOr<bool> RetractedBefore(const data::Event& event, MemberKey member,
                                       Sequence sequence);
  absl::Status Recompute(MemberKey member, ItemKey item);

  WriterConnection& writer_;
  Connection& connection_;
  const std::int64_t organisation_;
  RecordOutcome outcome_;
  absl::flat_hash_set<ItemKey> unknown_;
  StoredEvent found_;
  std::string rest_;
  std::string scratch_;
};

absl::StatusOr<Pair> Recorder::ReadPair(MemberKey member, ItemKey item) {
  Query query = connection_.Use(kReadPair);
  COFILTER_ASSIGN_OR_RETURN(const bool row, query.BindInt(member).BindInt(item).Step());
  if (!row) return Pair{};
  return Pair{.verbs = static_cast<std::uint32_t>(query.Int(0)),
              .progress = query.Real(1),
              .first_at = query.Int(2),
              .last_at = query.Int(3),
              .last_event = query.Int(4)};
}

absl::Status Recorder::WritePair(MemberKey member, ItemKey item, const Pair& pair) {
  return connection_.Use(kWritePair)
      .BindInt(member)
      .BindInt(item)
      .BindInt(pair.verbs)
      .BindReal(pair.progress)
      .BindInt(pair.first_at)
      .BindInt(pair.last_at)
      .BindInt(pair.last_event)
      .Run();
}

absl::StatusOr<Recorder::Found> Recorder::Probe(std::int64_t hash, std::string_view event_id,
                                                StoredEvent* stored) {
  Query query = connection_.Use(kFindEvent);
  COFILTER_ASSIGN_OR_RETURN(const bool row, query.BindInt(hash).Step());
  if (!row) return Found::kNothing;
  if (query.Int(0) != organisation_ || query.Bytes(1) != event_id) return Found::kOtherId;
  stored->sequence = query.Int(2);
  stored->member = query.Int(3);
  stored->item = static_cast<ItemKey>(query.Int(4));
  stored->verb = static_cast<int>(query.Int(5));
  stored->occurred_at = query.Int(6);
  stored->progress.reset();
  if (!query.IsNull(7)) stored->progress = query.Real(7);
  stored->rest = query.Bytes(8);
  stored->retracted = query.Int(9) != 0;
  return Found::kThisId;
}

absl::StatusOr<std::optional<StoredEvent>> Recorder::Find(std::string_view event_id) {
  StoredEvent stored;
  for (std::int64_t hash = HashOf(organisation_, event_id, &scratch_);; hash = NextHash(hash)) {
    COFILTER_ASSIGN_OR_RETURN(const Found found, Probe(hash, event_id, &stored));
    if (found == Found::kNothing) return std::optional<StoredEvent>();
    if (found == Found::kThisId) return stored;
  }
}

absl::StatusOr<std::optional<Sequence>> Recorder::Insert(const data::Event& event, MemberKey member,
                                                         ItemKey item, Sequence previous) {
  const Sequence sequence = writer_.next_event();
  for (std::int64_t hash = HashOf(organisation_, event.event_id, &scratch_);;
       hash = NextHash(hash)) {
    Query query = connection_.Use(kAddEvent);
    query.BindInt(sequence)
        .BindInt(organisation_)
        .BindInt(hash)
        .BindText(event.event_id)
        .BindInt(member)
        .BindInt(item)
        .BindInt(static_cast<int>(event.verb))
        .BindInt(Micros(event.occurred_at))
        .BindInt(Micros(event.received_at));
    if (event.progress.has_value()) {
      query.BindReal(*event.progress);
    } else {
      query.BindNull();
    }
    COFILTER_RETURN_IF_ERROR(query.BindBlob(rest_).BindInt(previous).Run());
    if (connection_.Changes() == 1) {
      writer_.TakeEvent();
      return sequence;
    }
    COFILTER_ASSIGN_OR_RETURN(const Found found, Probe(hash, event.event_id, &found_));
    if (found == Found::kThisId) return std::optional<Sequence>();
  }
}

void Recorder::NoteKnown(const data::Event& event, MemberKey member, ItemKey item) {
  std::optional<double> progress;
  if (event.progress.has_value()) progress = *event.progress;
  // received_at is the server's word, and differs when the same event is sent again.
  const bool same = found_.member == member && found_.item == item &&
                    found_.verb == static_cast<int>(event.verb) &&
                    found_.occurred_at == Micros(event.occurred_at) &&
                    found_.progress == progress && found_.rest == rest_;
  if (same) {
    ++outcome_.duplicates;
  } else {
    outcome_.conflicting_event_ids.push_back(event.event_id);
  }
}

absl::Status Recorder::Record(const data::Event& event, std::uint32_t index) {
  COFILTER_ASSIGN_OR_RETURN(const MemberKey member, writer_.InternMember(event.member_id));
  ItemKey item = 0;
  if (!event.item_id.empty()) {
    COFILTER_ASSIGN_OR_RETURN(const ItemEntry entry, writer_.InternItem(event.item_id));
    item = entry.key;
    if (!entry.in_catalogue && unknown_.insert(item).second) {
      outcome_.unknown_item_ids.push_back(event.item_id);
    }
  }
  EncodeEventRest(event, &rest_);
  COFILTER_ASSIGN_OR_RETURN(Pair pair, ReadPair(member, item));
  COFILTER_ASSIGN_OR_RETURN(const std::optional<Sequence> sequence,
                            Insert(event, member, item, pair.last_event));
  if (!sequence.has_value()) {
    NoteKnown(event, member, item);
    return absl::OkStatus();
  }
  ++outcome_.recorded;
  pair.last_event = *sequence;

  if (event.verb == data::Verb::kRetract) {
    COFILTER_RETURN_IF_ERROR(WritePair(member, item, pair));
    return Retract(event, member, index, *sequence);
  }
  COFILTER_ASSIGN_OR_RETURN(const bool retracted, RetractedBefore(event, member, *sequence));
  if (!retracted) {
    pair.Add(static_cast<int>(event.verb), Micros(event.occurred_at), event.progress.value_or(0));
    outcome_.applied.push_back(
        {.member = member, .item = item, .event_index = index, .sequence = *sequence});
  }
  return WritePair(member, item, pair);
}

absl::Status Recorder::Retract(const data::Event& event, MemberKey member, std::uint32_t index,
                               Sequence sequence) {
  COFILTER_ASSIGN_OR_RETURN(const std::optional<StoredEvent> target, Find(event.retracts_event_id));
  if (!target.has_value()) {
    writer_.SetRetractionsPending();
    return connection_.Use(kAddPending)
        .BindInt(organisation_)
        .BindText(event.retracts_event_id)
        .BindInt(member)
        .Run();
  }
  if (target->member != member || target->retracted ||
      target->verb == static_cast<int>(data::Verb::kRetract)) {
    return absl::OkStatus();
  }
  COFILTER_RETURN_IF_ERROR(connection_.Use(kRetractEvent).BindInt(target->sequence).Run());
  outcome_.applied.push_back(
      {.member = member, .item = target->item, .event_index = index, .sequence = sequence});
  return Recompute(member, target->item);
}

absl::StatusOr<bool> Recorder::RetractedBefore(const data::Event& event, MemberKey member,
                                               Sequence sequence) {
  if (!writer_.retractions_pending()) return false;
  COFILTER_RETURN_IF_ERROR(connection_.Use(kTakePending)
                               .BindInt(organisation_)
                               .BindText(event.event_id)
                               .BindInt(member)
                               .Run());
  if (connection_.Changes() == 0) return false;
  COFILTER_RETURN_IF_ERROR(connection_.Use(kRetractEvent).BindInt(sequence).Run());
  return true;
}

absl::Status Recorder::Recompute(MemberKey member, ItemKey item) {
  COFILTER_ASSIGN_OR_RETURN(const Pair before, ReadPair(member, item));
  Pair after{.last_event = before.last_event};
  for (Sequence sequence = before.last_event; sequence != 0;) {
    Query query = connection_.Use(kReadChain);
    COFILTER_ASSIGN_OR_RETURN(const bool row, query.BindInt(sequence).Step());
    if (!row) break;
    const int verb = static_cast<int>(query.Int(1));
    if (query.Int(4) == 0 && verb != static_cast<int>(data::Verb::kRetract)) {
      after.Add(verb, query.Int(2), query.Real(3));  // no progress reads as 0
    }
    sequence = query.Int(0);
  }
  return WritePair(member, item, after);
}

}  // namespace

absl::StatusOr<RecordOutcome> RecordEvents(WriterConnection& writer,
                                           std::span<const data::Event> events) {
  Recorder recorder(writer);
  for (std::size_t i = 0; i < events.size(); ++i) {
    COFILTER_RETURN_IF_ERROR(recorder.Record(events[i], static_cast<std::uint32_t>(i)));
  }
  return recorder.TakeOutcome();
}

}  // namespace cofilter::service
