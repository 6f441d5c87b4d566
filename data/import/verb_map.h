// Verbs of other systems and which of ours they are; how often each came.
#ifndef COFILTER_DATA_IMPORT_VERB_MAP_H_
#define COFILTER_DATA_IMPORT_VERB_MAP_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/event.h"

namespace cofilter::data {

// One foreign verb. `count` is raised by whoever keeps the event.
struct VerbUse {
  std::string name;
  Verb verb = Verb::kOther;  // kOther: kept, unweighted
  std::uint64_t count = 0;
};

struct VerbPair {
  std::string_view foreign;
  Verb verb;
};

// Thread-safety: one thread at a time.
class VerbMap {
 public:
  // What the organisation says comes before `listed` and before our own names. Lookups ignore case,
  // and take '_' and '-' for a space.
  explicit VerbMap(std::span<const VerbPair> listed) : listed_(listed) {}

  // Lines "foreign,ours", the first one a header; from a file that the organisation writes. Errors:
  // INVALID_ARGUMENT naming line and value; those of reading.
  absl::Status AddFile(const std::string& path);
  // Errors: INVALID_ARGUMENT for a verb that is not ours.
  absl::Status Add(std::string_view foreign, std::string_view ours);

  // Never nullptr; valid while the map lives. An unknown verb, and one that the organisation maps
  // to "other", is kOther.
  VerbUse* Find(std::string_view foreign);

  // The same for an event that cannot have one of our verbs, whatever its own is.
  VerbUse* Unweighted(std::string_view foreign);

  // Those that came, in the order of their names, and how many events had one of ours or not.
  std::vector<VerbUse> Used() const;
  std::uint64_t mapped() const;
  std::uint64_t unweighted() const;

 private:
  Verb Resolve(std::string_view foreign) const;
  VerbUse* Remember(std::string key, Verb verb);

  std::span<const VerbPair> listed_;
  std::map<std::string, Verb, std::less<>> given_;  // by folded name
  std::map<std::string, VerbUse, std::less<>> uses_;
  std::map<Verb, VerbUse>
      more_;  // past the limit of names that are remembered, one for each of ours
};

// Sets verb and other_verb.
void SetVerb(const VerbUse& use, std::string_view foreign, Event& event);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_VERB_MAP_H_
