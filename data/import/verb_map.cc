// Folds names, and remembers what each came to.
#include "data/import/verb_map.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "data/csv_line.h"
#include "data/field_checks.h"
#include "data/line_reader.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

// A log with more verbs than this has ids or texts in their place.
constexpr std::size_t kMaxNames = 10'000;
constexpr std::size_t kMaxNameBytes = 1024;

std::string Folded(std::string_view name) {
  std::string folded(name);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_' || c == '-') c = ' ';
  }
  return folded;
}

}  // namespace

absl::Status VerbMap::Add(std::string_view foreign, std::string_view ours) {
  const std::optional<Verb> verb = ParseVerb(ours);
  if (!verb.has_value() || *verb == Verb::kRetract) {
    return FieldError("verb", ours, "one of read, open, complete, like, …, other");
  }
  if (foreign.empty()) return FieldError("foreign verb", foreign, "a name");
  given_[Folded(foreign)] = *verb;
  return absl::OkStatus();
}

absl::Status VerbMap::AddFile(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path));
  CsvSplitter splitter;
  std::vector<std::string_view> fields;
  Line line;
  while (reader.Next(line)) {
    if (line.number == 1 || line.text.empty()) continue;  // the header
    absl::Status status = splitter.Split(line.text, fields);
    if (status.ok() && fields.size() != 2)
      status = absl::InvalidArgumentError("the line has not two columns");
    if (status.ok()) status = Add(fields[0], fields[1]);
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", line.number, ": ", status.message()));
    }
  }
  return reader.status();
}

Verb VerbMap::Resolve(std::string_view foreign) const {
  const std::string folded = Folded(foreign);
  if (const auto given = given_.find(folded); given != given_.end()) return given->second;
  const auto listed = std::find_if(listed_.begin(), listed_.end(), [&](const VerbPair& pair) {
    return Folded(pair.foreign) == folded;
  });
  if (listed != listed_.end()) return listed->verb;
  const Verb ours = ParseVerb(folded).value_or(Verb::kOther);
  // A retraction needs to know of which event; no foreign name says that.
  return ours == Verb::kRetract ? Verb::kOther : ours;
}

VerbUse* VerbMap::Remember(std::string name, Verb verb) {
  if (uses_.size() < kMaxNames && name.size() <= kMaxNameBytes) {
    return &uses_.emplace(name, VerbUse{name, verb, 0}).first->second;
  }
  return &more_.emplace(verb, VerbUse{"(more)", verb, 0}).first->second;
}

VerbUse* VerbMap::Find(std::string_view foreign) {
  if (const auto known = uses_.find(foreign); known != uses_.end()) return &known->second;
  return Remember(std::string(foreign), Resolve(foreign));
}

VerbUse* VerbMap::Unweighted(std::string_view foreign) {
  std::string name = absl::StrCat(std::string(foreign), " (not of an item)");
  if (const auto known = uses_.find(name); known != uses_.end()) return &known->second;
  return Remember(std::move(name), Verb::kOther);
}

std::vector<VerbUse> VerbMap::Used() const {
  std::vector<VerbUse> used;
  for (const auto& [name, use] : uses_) {
    if (use.count > 0) used.push_back(use);
  }
  for (const auto& [verb, use] : more_) {
    if (use.count > 0) used.push_back(use);
  }
  return used;
}

std::uint64_t VerbMap::mapped() const {
  std::uint64_t count = 0;
  for (const VerbUse& use : Used()) count += use.verb == Verb::kOther ? 0 : use.count;
  return count;
}

std::uint64_t VerbMap::unweighted() const {
  std::uint64_t count = 0;
  for (const VerbUse& use : Used()) count += use.verb == Verb::kOther ? use.count : 0;
  return count;
}

void SetVerb(const VerbUse& use, std::string_view foreign, Event& event) {
  event.verb = use.verb;
  if (use.verb == Verb::kOther) event.other_verb.assign(foreign);
}

}  // namespace cofilter::data
