// Events, items or members as JSON lines into one file.
#ifndef COFILTER_CLI_JSON_LINES_WRITER_H_
#define COFILTER_CLI_JSON_LINES_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "data/byte_sink.h"
#include "data/record_json.h"
#include "runtime/status_macros.h"

namespace cofilter::cli {

// Thread-safety: one thread at a time. Without Close the file is left cut short.
template <typename Record>
class JsonLinesWriter {
 public:
  absl::Status Open(const std::string& path, data::Compression compression) {
    COFILTER_ASSIGN_OR_RETURN(sink_, data::ByteSink::Create(path, compression));
    return absl::OkStatus();
  }
  bool is_open() const { return sink_ != nullptr; }
  absl::Status Write(const Record& record) {
    data::AppendJson(record, buffer_);
    buffer_ += '\n';
    ++count_;
    return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
  }
  absl::Status Close() {
    if (!is_open()) return absl::OkStatus();
    COFILTER_RETURN_IF_ERROR(Flush());
    const absl::Status status = sink_->Close();
    sink_.reset();
    return status;
  }
  std::uint64_t count() const { return count_; }

 private:
  static constexpr std::size_t kBufferBytes = 1u << 20;

  absl::Status Flush() {
    const absl::Status status = sink_->Write(buffer_);
    buffer_.clear();
    return status;
  }
  std::unique_ptr<data::ByteSink> sink_;
  std::string buffer_;
  std::uint64_t count_ = 0;
};

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_JSON_LINES_WRITER_H_
