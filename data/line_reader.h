// Lines of a file, a directory or standard input, streamed: memory does not grow with the input.
#ifndef COFILTER_DATA_LINE_READER_H_
#define COFILTER_DATA_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/byte_source.h"

namespace cofilter::data {

struct LineReaderOptions {
  // A longer line is handed on cut, with too_long set. Range: 1 and more.
  std::size_t max_line_bytes = 1u << 20;
  DecompressionLimits decompression;
};

struct Line {
  std::string_view text;     // without its line end; valid until the next call
  std::string_view path;     // the file that it stands in; "-" for standard input
  std::size_t file = 0;      // how many files came before this one
  std::uint64_t number = 0;  // from 1, within the file
  bool too_long = false;     // text is the first max_line_bytes of the line
};

// Accepts line ends LF and CR LF, a byte order mark at the start of a file, and a last line without
// an end. Thread-safety: one thread at a time.
class LineReader {
 public:
  // A file, "-" for standard input, or a directory: its regular files in the order of their names,
  // without those whose name begins with a dot and without what lies in nested directories. Errors:
  // NOT_FOUND, INTERNAL.
  static absl::StatusOr<LineReader> Open(const std::string& path,
                                         const LineReaderOptions& options = {});

  // False at the end of the last file and after an error; status() tells which.
  bool Next(Line& line);
  // OK, or why reading stopped; see ByteSource::Read.
  const absl::Status& status() const { return status_; }

  // Stored (compressed) bytes read so far, and of all files; the total is 0 for standard input.
  std::uint64_t stored_bytes() const;
  std::uint64_t total_stored_bytes() const { return total_stored_bytes_; }

 private:
  LineReader(std::vector<std::string> files, const LineReaderOptions& options);
  bool OpenNextFile();
  // Appends decompressed bytes to the buffer. False at the end of the file or after an error.
  bool Fill();
  bool Take(Line& line, std::size_t length, bool too_long);
  // Drops bytes up to and with the next line end.
  void SkipRestOfLine();

  LineReaderOptions options_;
  std::vector<std::string> files_;
  std::size_t opened_ = 0;  // files opened so far
  std::uint64_t total_stored_bytes_ = 0;
  std::uint64_t stored_bytes_of_closed_ = 0;
  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
  absl::Status status_;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_LINE_READER_H_
