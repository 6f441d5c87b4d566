// One object that lives for one input.
#include "data/import/import_stream.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/import/id_map.h"
#include "data/line_loop.h"
#include "data/record_fields.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

// A file of which so many first lines are all malformed is of another format.
constexpr std::size_t kJudgedLines = 20;
// As much of a line as tells a format.
constexpr std::size_t kJudgedBytes = 64 << 10;

std::string_view KindName(RecordKind kind) {
  switch (kind) {
    case RecordKind::kEvents:
      return "events";
    case RecordKind::kItems:
      return "items";
    case RecordKind::kMembers:
      return "members";
    case RecordKind::kUnknown:
      break;
  }
  return "records";
}

class Stream {
 public:
  Stream(const ImportStreamOptions& options, RecordTaker& taker, ImportReport& report)
      : options_(options), taker_(taker), report_(report) {}

  absl::Status Open() {
    COFILTER_ASSIGN_OR_RETURN(members_, IdMap::Open(options_.member_ids, "member_id"));
    COFILTER_ASSIGN_OR_RETURN(items_, IdMap::Open(options_.item_ids, "item_id"));
    if (!options_.source.empty()) COFILTER_RETURN_IF_ERROR(ValidateId("source", options_.source));
    if (options_.format == "auto") return absl::OkStatus();
    const ImportFormat* const format = FindImportFormat(options_.format);
    if (format == nullptr) {
      return FieldError("format", options_.format,
                        absl::StrCat("auto or one of ", ImportFormatNames()));
    }
    return Use(*format, options_.reader.kind);
  }

  LineOutcome Take(const Line& line) {
    if (line.file != file_) {
      file_ = line.file;
      if (absl::Status status = BeginFile(line); !status.ok())
        return LineOutcome::Fatal(std::move(status));
    }
    records_.Clear();
    absl::Status status = reader_->Read(line.text, line.number, records_);
    if (absl::IsFailedPrecondition(status)) return LineOutcome::Fatal(OtherFormat(line, status));
    if (status.ok() && records_.header) return LineOutcome::Header();
    if (status.ok()) status = Complete();
    Judge(line, status.ok());
    ++report_.lines;
    if (!status.ok()) {
      ++report_.quarantined;
      if (judged_.size() == kJudgedLines) return LineOutcome::Fatal(OtherFormat(line, status));
      return LineOutcome::Malformed(std::move(status));
    }
    status = HandOn({.file = line.file, .line = line.number});
    return status.ok() ? LineOutcome::Read() : LineOutcome::Fatal(std::move(status));
  }

  void Finish() {
    report_.mapped_ids = members_.applied() + items_.applied();
    for (const auto& [format, verbs] : verbs_) {
      const std::vector<VerbUse> used = verbs->Used();
      report_.verbs.insert(report_.verbs.end(), used.begin(), used.end());
      report_.mapped_verbs += verbs->mapped();
      report_.unweighted_verbs += verbs->unweighted();
    }
  }

  // Fewer lines than are judged, and not one of them right.
  absl::Status CheckShort(const std::string& path) const {
    if (accepted_ || judged_.empty()) return absl::OkStatus();
    const FormatGuess guess = GuessFormat(judged_);
    if (guess.format == nullptr || guess.format == format_) return absl::OkStatus();
    return LooksLike(path, guess);
  }

 private:
  absl::Status Use(const ImportFormat& format, RecordKind kind) {
    if (format_ == &format && kind_ == kind) return absl::OkStatus();
    std::unique_ptr<VerbMap>& verbs = verbs_[&format];
    if (verbs == nullptr) {
      verbs = std::make_unique<VerbMap>(format.verbs);
      if (!options_.verbs.empty()) COFILTER_RETURN_IF_ERROR(verbs->AddFile(options_.verbs));
    }
    ReaderOptions reader = options_.reader;
    reader.kind = kind;
    reader.verbs = verbs.get();
    COFILTER_ASSIGN_OR_RETURN(reader_, format.create(reader));
    format_ = &format;
    kind_ = kind;
    source_ = options_.source.empty() && !format.ours ? std::string(format.name) : options_.source;
    report_.format = format.name;
    report_.source = source_;
    return absl::OkStatus();
  }

  absl::Status BeginFile(const Line& line) {
    accepted_ = false;
    judged_.clear();
    if (options_.format == "auto") {
      const std::vector<std::string> first = {std::string(line.text.substr(0, kJudgedBytes))};
      const FormatGuess guess = GuessFormat(first);
      const RecordKind wanted = options_.reader.kind;
      if (guess.format != nullptr) {
        // What one of our own lines lacks must not make it another kind.
        const bool told = guess.format->ours && wanted != RecordKind::kUnknown;
        COFILTER_RETURN_IF_ERROR(Use(*guess.format, told ? wanted : guess.kind));
      } else if (line.text.find_first_not_of(" \t") != std::string_view::npos &&
                 line.text[line.text.find_first_not_of(" \t")] == '{') {
        COFILTER_RETURN_IF_ERROR(Use(kOwnJsonFormat, wanted));
      } else if (line.path.find(".csv") != std::string_view::npos) {
        COFILTER_RETURN_IF_ERROR(Use(kOwnCsvFormat, wanted));
      } else {
        return absl::InvalidArgumentError(absl::StrCat(
            std::string(line.path), ": the first line ", ShowValue(line.text),
            " tells no known format; name it with --format, or draft a mapping with --guess"));
      }
    }
    reader_->BeginFile();
    return absl::OkStatus();
  }

  void Judge(const Line& line, bool right) {
    if (accepted_) return;
    if (right) {
      accepted_ = true;
      judged_.clear();
    } else if (judged_.size() < kJudgedLines) {
      judged_.emplace_back(line.text.substr(0, kJudgedBytes));
    }
  }

  absl::Status LooksLike(std::string_view path, const FormatGuess& guess) const {
    return absl::InvalidArgumentError(absl::StrCat(
        std::string(path), ": this is not ", std::string(format_->title), "; it looks like ",
        std::string(KindName(guess.kind)), " in ", std::string(guess.format->title), ": --format ",
        std::string(guess.format->name)));
  }

  absl::Status OtherFormat(const Line& line, const absl::Status& why) const {
    std::vector<std::string> lines = judged_;
    if (lines.empty()) lines.emplace_back(line.text.substr(0, kJudgedBytes));
    const FormatGuess guess = GuessFormat(lines);
    if (guess.format != nullptr && guess.format != format_) return LooksLike(line.path, guess);
    return absl::InvalidArgumentError(absl::StrCat(
        std::string(line.path), ": this is not ", std::string(format_->title), ": ", why.message(),
        "; it looks like no format that is known: draft a mapping with --guess"));
  }

  absl::Status CompleteEvent(Event& event) {
    if (event.source_system.empty()) event.source_system = source_;
    if (!members_.empty() || !items_.empty()) {
      // An id that was derived from the ids before must be derived from those after.
      if (!event.event_id.empty() && event.event_id == DeriveEventId(event)) event.event_id.clear();
      members_.Apply(event.source_system, event.member_id);
      items_.Apply(event.source_system, event.item_id);
    }
    return CompleteRecord(event);
  }

  absl::Status CompleteItem(Item& item) {
    if (item.source_system.empty()) item.source_system = source_;
    items_.Apply(item.source_system, item.item_id);
    items_.Apply(item.source_system, item.repost_of);
    for (std::string& id : item.prerequisites) items_.Apply(item.source_system, id);
    return CompleteRecord(item);
  }

  // All of the line, before any of it is handed on: a malformed line leaves nothing behind.
  absl::Status Complete() {
    for (ReadEvent& read : records_.events) COFILTER_RETURN_IF_ERROR(CompleteEvent(read.event));
    for (Item& item : records_.items) COFILTER_RETURN_IF_ERROR(CompleteItem(item));
    for (Member& member : records_.members) {
      members_.Apply(source_, member.member_id);
      COFILTER_RETURN_IF_ERROR(CompleteRecord(member));
    }
    return absl::OkStatus();
  }

  absl::Status HandOn(const LinePosition& position) {
    report_.passed_over += records_.passed_over ? 1 : 0;
    report_.untimed += records_.untimed;
    report_.unresolved_retractions += records_.unresolved;
    report_.unkept_values += records_.unkept_values;
    report_.events += records_.events.size();
    report_.items += records_.items.size();
    report_.members += records_.members.size();
    for (const ReadEvent& read : records_.events) {
      if (read.event.occurred_at > options_.now) ++report_.future;
      if (read.verb != nullptr) ++read.verb->count;
    }
    // An item that cannot be described rightly stays bare.
    for (Item& item : records_.described) {
      if (CompleteItem(item).ok()) taker_.Describe(item);
    }
    if (position <= options_.resume_after) return absl::OkStatus();
    for (ReadEvent& read : records_.events) COFILTER_RETURN_IF_ERROR(taker_.Take(read.event));
    for (Item& item : records_.items) COFILTER_RETURN_IF_ERROR(taker_.Take(item));
    for (Member& member : records_.members) COFILTER_RETURN_IF_ERROR(taker_.Take(member));
    return taker_.LineDone(position);
  }

  const ImportStreamOptions& options_;
  RecordTaker& taker_;
  ImportReport& report_;
  IdMap members_, items_;
  std::map<const ImportFormat*, std::unique_ptr<VerbMap>> verbs_;
  const ImportFormat* format_ = nullptr;
  RecordKind kind_ = RecordKind::kUnknown;
  std::unique_ptr<RecordReader> reader_;
  std::string source_;
  std::size_t file_ = static_cast<std::size_t>(-1);
  bool accepted_ = false;
  std::vector<std::string> judged_;  // the first lines of this file, while none of it is right
  LineRecords records_;
};

}  // namespace

absl::Status ReadImport(const std::string& path, const ImportStreamOptions& options,
                        RecordTaker& taker, ImportReport& report) {
  Stream stream(options, taker, report);
  COFILTER_RETURN_IF_ERROR(stream.Open());
  SourceOptions source;
  source.lines = options.lines;
  source.quarantine = options.quarantine;
  source.progress = options.progress;
  const absl::StatusOr<SourceReport> read =
      ForEachLine(path, source, [&stream](const Line& line) { return stream.Take(line); });
  stream.Finish();
  if (absl::Status other = stream.CheckShort(path); !other.ok()) return other;
  if (!read.ok()) return read.status();
  report.lines = read->lines;
  report.quarantined = read->quarantined;
  report.first_reasons = read->first_reasons;
  return absl::OkStatus();
}

}  // namespace cofilter::data
