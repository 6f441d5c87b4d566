// An event: one raw line of the reading and learning log, as every format is read into it.
#ifndef COFILTER_DATA_EVENT_H_
#define COFILTER_DATA_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "runtime/clock.h"

namespace cofilter::data {

// Values are stored in files and databases: never renumber.
enum class Verb : std::uint8_t {
  kUnspecified = 0,
  kImpression = 1,
  kOpen = 2,
  kRead = 3,
  kProgress = 4,
  kComplete = 5,
  kPass = 6,
  kFail = 7,
  kLike = 8,
  kShare = 9,
  kComment = 10,
  kSave = 11,
  kDismiss = 12,
  kSubscribe = 13,
  kVisit = 14,
  kRetract = 15,  // takes back the event named by retracts_event_id
  kOther = 16,    // a verb of another system, kept unweighted; other_verb has its name
};
inline constexpr int kVerbCount = 17;

// "read". kUnspecified gives "".
std::string_view VerbName(Verb verb);
// Lower-case names as above; nullopt for any other text.
std::optional<Verb> ParseVerb(std::string_view name);

struct Event {
  std::string event_id;  // idempotency key
  std::string member_id;
  std::string item_id;  // empty for visit
  Verb verb = Verb::kUnspecified;
  std::string other_verb;         // with kOther
  std::string retracts_event_id;  // with kRetract
  runtime::Time occurred_at{};
  runtime::Time received_at{};
  bool time_assumed = false;  // the log did not say when: occurred_at is the time of its import
  std::optional<float> duration_seconds;  // ≥ 0
  std::optional<float> progress;          // 0..1
  std::optional<float> score;             // −1..1
  std::optional<bool> success;
  std::string surface;
  std::string recommendation_id;
  std::optional<std::int32_t> position;  // rank in the list, from 1
  std::string source_system;
  std::string client_id;
  std::string platform;
  std::string session_id;

  bool operator==(const Event&) const = default;
};

// 1–256 bytes of valid UTF-8 without control characters. `field` stands in the message.
absl::Status ValidateId(std::string_view field, std::string_view id);
// Everything above in one place. Errors: INVALID_ARGUMENT that names the field, the value, what is
// right.
absl::Status ValidateEvent(const Event& event);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_EVENT_H_
