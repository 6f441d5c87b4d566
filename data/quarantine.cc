// Writes and counts malformed lines.
#include "data/quarantine.h"

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/field_checks.h"
#include "data/record_json.h"
#include "data/utf8_text.h"
#include "runtime/errno_text.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

constexpr std::uint64_t kCheckInterval = 10'000;
constexpr std::size_t kMaxReasons = 10;
constexpr std::size_t kShownBytes = 200;

absl::Status WriteError(const std::string& path, int error) {
  return absl::InternalError(
      absl::StrCat("cannot write quarantine file ", path, ": ", runtime::ErrnoText(error)));
}

}  // namespace

absl::StatusOr<QuarantineSink> QuarantineSink::Open(const QuarantineOptions& options) {
  if (!(options.max_share >= 0 && options.max_share <= 1)) {
    return FieldError("max_share", absl::StrCat(options.max_share), "0 to 1");
  }
  QuarantineSink sink(options);
  if (!options.path.empty()) {
    sink.file_.reset(std::fopen(options.path.c_str(), options.append ? "abe" : "wbe"));
    if (sink.file_ == nullptr) return WriteError(options.path, errno);
  }
  return sink;
}

absl::Status QuarantineSink::Count() {
  ++lines_;
  return lines_ % kCheckInterval == 0 ? CheckShare() : absl::OkStatus();
}

absl::Status QuarantineSink::Reject(const Line& line, std::string_view reason) {
  ++quarantined_;
  if (first_reasons_.size() < kMaxReasons) {
    first_reasons_.push_back(
        absl::StrCat(std::string(line.path), ":", line.number, ": ", std::string(reason)));
  }
  if (file_ != nullptr) {
    std::string out = "{\"path\":";
    AppendJsonText(line.path, out);
    absl::StrAppend(&out, ",\"line\":", line.number, ",\"reason\":");
    AppendJsonText(reason, out);
    out += ",\"text\":";
    AppendJsonText(CutUtf8(line.text, kShownBytes), out);
    out += "}\n";
    if (std::fwrite(out.data(), 1, out.size(), file_.get()) != out.size()) {
      return WriteError(options_.path, errno);
    }
  }
  return Count();
}

absl::Status QuarantineSink::Finish() {
  if (file_ != nullptr && std::fclose(file_.release()) != 0)
    return WriteError(options_.path, errno);
  return CheckShare();
}

absl::Status QuarantineSink::CheckShare() const {
  if (static_cast<double>(quarantined_) <= options_.max_share * static_cast<double>(lines_)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      quarantined_, " of ", lines_, " lines are malformed, more than the share of ",
      options_.max_share, " that is accepted; first: ", absl::StrJoin(first_reasons_, "; ")));
}

}  // namespace cofilter::data
