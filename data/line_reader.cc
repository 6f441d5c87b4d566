// Cuts the bytes of a ByteSource into lines.
#include "data/line_reader.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (path == "-") return std::vector<std::string>{path};
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return absl::NotFoundError(absl::StrCat("no such file: ", path));
  if (!fs::is_directory(status)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  fs::directory_iterator entries(path, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (entries->path().filename().string().starts_with('.')) continue;
    if (entries->is_regular_file(error)) files.push_back(entries->path().string());
  }
  if (error) return absl::InternalError(absl::StrCat("cannot read ", path, ": ", error.message()));
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<LineReader> LineReader::Open(const std::string& path,
                                            const LineReaderOptions& options) {
  if (options.max_line_bytes == 0) {
    return absl::InvalidArgumentError("max_line_bytes 0 is wrong; right: 1 or more");
  }
  COFILTER_ASSIGN_OR_RETURN(std::vector<std::string> files, FilesOf(path));
  LineReader reader(std::move(files), options);
  // A file that cannot be opened is an error of Open, not of the first Next.
  if (!reader.OpenNextFile() && !reader.status_.ok()) return reader.status_;
  return reader;
}

LineReader::LineReader(std::vector<std::string> files, const LineReaderOptions& options)
    : options_(options), files_(std::move(files)) {
  for (const std::string& file : files_) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    if (!error) total_stored_bytes_ += size;
  }
}

bool LineReader::OpenNextFile() {
  if (source_ != nullptr) stored_bytes_of_closed_ += source_->stored_bytes();
  source_.reset();
  begin_ = end_ = 0;
  number_ = 0;
  if (opened_ == files_.size()) return false;
  absl::StatusOr<std::unique_ptr<ByteSource>> source =
      ByteSource::Open(files_[opened_], options_.decompression);
  if (!source.ok()) {
    status_ = source.status();
    return false;
  }
  source_ = *std::move(source);
  ++opened_;
  return true;
}

bool LineReader::Fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kReadBytes) buffer_.resize(end_ + kReadBytes);
  const absl::StatusOr<std::size_t> got = source_->Read(buffer_.data() + end_, kReadBytes);
  if (!got.ok()) {
    status_ = got.status();
    return false;
  }
  end_ += *got;
  return *got > 0;
}

bool LineReader::Next(Line& line) {
  while (status_.ok() && source_ != nullptr) {
    std::size_t searched = begin_;
    while (true) {
      const void* found =
          end_ > searched ? std::memchr(buffer_.data() + searched, '\n', end_ - searched) : nullptr;
      if (found != nullptr) {
        const std::size_t length =
            static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) - begin_;
        // One more for the CR of a line that just fits.
        const bool too_long = length > options_.max_line_bytes + 1;
        Take(line, std::min(length, options_.max_line_bytes + 1), too_long);
        begin_ += length - std::min(length, options_.max_line_bytes + 1) + 1;
        return true;
      }
      if (end_ - begin_ > options_.max_line_bytes + 1) {
        // Keeps the start, drops the rest without ever holding it.
        const std::string start(buffer_.data() + begin_, options_.max_line_bytes);
        SkipRestOfLine();
        if (!status_.ok()) return false;
        buffer_.insert(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), start.begin(),
                       start.end());
        end_ += start.size();
        return Take(line, start.size(), /*too_long=*/true);
      }
      const std::size_t held = end_ - begin_;
      if (!Fill()) break;
      searched = begin_ + held;
    }
    if (!status_.ok()) return false;
    if (end_ > begin_) return Take(line, end_ - begin_, /*too_long=*/false);
    OpenNextFile();
  }
  return false;
}

bool LineReader::Take(Line& line, std::size_t length, bool too_long) {
  std::string_view text(buffer_.data() + begin_, length);
  begin_ += length;
  if (number_ == 0 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!too_long && text.ends_with('\r')) text.remove_suffix(1);
  line.too_long = too_long || text.size() > options_.max_line_bytes;
  line.text = text.substr(0, options_.max_line_bytes);
  line.path = files_[opened_ - 1];
  line.file = opened_ - 1;
  line.number = ++number_;
  return true;
}

void LineReader::SkipRestOfLine() {
  while (true) {
    const void* found =
        end_ > begin_ ? std::memchr(buffer_.data() + begin_, '\n', end_ - begin_) : nullptr;
    if (found != nullptr) {
      begin_ = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1;
      return;
    }
    begin_ = end_;
    if (!Fill()) return;
  }
}

std::uint64_t LineReader::stored_bytes() const {
  return stored_bytes_of_closed_ + (source_ != nullptr ? source_->stored_bytes() : 0);
}

}  // namespace cofilter::data
