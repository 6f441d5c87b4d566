// Plain, gzip (zlib) and zstd streams behind one interface.
#include "data/byte_source.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/errno_text.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

constexpr std::size_t kChunk = 256 << 10;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

// The stored bytes, with the first ones looked at in advance.
class StoredBytes {
 public:
  StoredBytes(int fd, bool owned, std::string path)
      : fd_(fd), owned_(owned), path_(std::move(path)), buffer_(kChunk) {}
  ~StoredBytes() {
    if (owned_) ::close(fd_);
  }
  StoredBytes(const StoredBytes&) = delete;
  StoredBytes& operator=(const StoredBytes&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t taken() const { return read_ - (end_ - begin_); }
  std::string_view held() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void Take(std::size_t bytes) { begin_ += bytes; }

  // Makes at least `wanted` (≤ chunk) bytes held unless the file ends first.
  absl::Status Hold(std::size_t wanted) {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    while (end_ < wanted) {
      const ssize_t got = ::read(fd_, buffer_.data() + end_, buffer_.size() - end_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        return absl::InternalError(
            absl::StrCat("cannot read ", path_, ": ", runtime::ErrnoText(errno)));
      }
      if (got == 0) break;
      end_ += static_cast<std::size_t>(got);
      read_ += static_cast<std::uint64_t>(got);
    }
    return absl::OkStatus();
  }

 private:
  const int fd_;
  const bool owned_;
  const std::string path_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t read_ = 0;
};

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(std::unique_ptr<StoredBytes> stored) : stored_(std::move(stored)) {}

  absl::StatusOr<std::size_t> Read(char* out, std::size_t size) override {
    if (stored_->held().empty()) COFILTER_RETURN_IF_ERROR(stored_->Hold(1));
    const std::size_t taken = std::min(size, stored_->held().size());
    std::memcpy(out, stored_->held().data(), taken);
    stored_->Take(taken);
    return taken;
  }

  std::uint64_t stored_bytes() const override { return stored_->taken(); }

 private:
  std::unique_ptr<StoredBytes> stored_;
};

// What gzip and zstd share: limits, and the end of the file.
class CompressedSource : public ByteSource {
 public:
  CompressedSource(std::unique_ptr<StoredBytes> stored, const DecompressionLimits& limits)
      : stored_(std::move(stored)), limits_(limits) {}

  absl::StatusOr<std::size_t> Read(char* out, std::size_t size) override {
    while (size > 0) {
      if (stored_->held().empty()) COFILTER_RETURN_IF_ERROR(stored_->Hold(1));
      const bool at_end = stored_->held().empty();
      if (at_end && between_streams_) return 0;
      COFILTER_ASSIGN_OR_RETURN(const std::size_t made, Decompress(out, size));
      produced_ += made;
      COFILTER_RETURN_IF_ERROR(CheckLimits());
      if (made > 0) return made;
      if (at_end && !between_streams_) return Damaged("it is cut short");
    }
    return 0;
  }

  std::uint64_t stored_bytes() const override { return stored_->taken(); }

 protected:
  // Decompresses from stored_->held() into out; takes what it used; sets between_streams_.
  virtual absl::StatusOr<std::size_t> Decompress(char* out, std::size_t size) = 0;

  absl::Status Damaged(std::string_view reason) const {
    return absl::DataLossError(
        absl::StrCat(stored_->path(), " cannot be decompressed: ", std::string(reason)));
  }

  std::unique_ptr<StoredBytes> stored_;
  bool between_streams_ = true;

 private:
  absl::Status CheckLimits() const {
    if (produced_ > limits_.max_total_bytes) {
      return absl::OutOfRangeError(absl::StrCat(stored_->path(), " decompresses to more than ",
                                                limits_.max_total_bytes, " bytes, the limit"));
    }
    const double ratio = static_cast<double>(produced_) /
                         static_cast<double>(std::max<std::uint64_t>(stored_->taken(), 1));
    if (produced_ > limits_.free_bytes && ratio > limits_.max_ratio) {
      return absl::OutOfRangeError(
          absl::StrCat(stored_->path(), " decompresses to more than ", limits_.max_ratio,
                       " times its size, the limit; unpack it by hand if it is sound"));
    }
    return absl::OkStatus();
  }

  const DecompressionLimits limits_;
  std::uint64_t produced_ = 0;
};

class GzipSource final : public CompressedSource {
 public:
  using CompressedSource::CompressedSource;
  ~GzipSource() override {
    if (started_) ::inflateEnd(&stream_);
  }

  absl::Status Start() {
    // 16: gzip only. 15: the largest window, 32 KiB.
    if (::inflateInit2(&stream_, 16 + 15) != Z_OK)
      return absl::InternalError("zlib does not start");
    started_ = true;
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::size_t> Decompress(char* out, std::size_t size) override {
    const std::string_view in = stored_->held();
    if (between_streams_) {
      // After the last member some writers pad with zeros; gzip itself ignores them.
      const std::size_t padding = std::min(in.find_first_not_of('\0'), in.size());
      if (padding > 0) {
        stored_->Take(padding);
        return std::size_t{0};
      }
      if (::inflateReset(&stream_) != Z_OK) return Damaged("zlib cannot go on");
      between_streams_ = false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, kChunk));
    const std::size_t room = stream_.avail_out;
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    stored_->Take(in.size() - stream_.avail_in);
    if (result == Z_STREAM_END) {
      between_streams_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return Damaged(stream_.msg != nullptr ? stream_.msg : "not valid gzip");
    }
    return room - stream_.avail_out;
  }

  z_stream stream_{};
  bool started_ = false;
};

class ZstdSource final : public CompressedSource {
 public:
  ZstdSource(std::unique_ptr<StoredBytes> stored, const DecompressionLimits& limits)
      : CompressedSource(std::move(stored), limits), stream_(::ZSTD_createDStream()) {}
  ~ZstdSource() override { ::ZSTD_freeDStream(stream_); }

 private:
  absl::StatusOr<std::size_t> Decompress(char* out, std::size_t size) override {
    if (stream_ == nullptr) return absl::ResourceExhaustedError("no memory for zstd");
    const std::string_view in = stored_->held();
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out, std::min<std::size_t>(size, kChunk), 0};
    // zstd itself refuses windows past 128 MiB, which bounds the memory.
    const std::size_t result = ::ZSTD_decompressStream(stream_, &output, &input);
    if (::ZSTD_isError(result)) return Damaged(::ZSTD_getErrorName(result));
    stored_->Take(input.pos);
    between_streams_ = result == 0;
    return output.pos;
  }

  ZSTD_DStream* stream_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> ByteSource::Open(const std::string& path,
                                                             const DecompressionLimits& limits) {
  const bool standard_input = path == "-";
  const int fd = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const std::string reason = absl::StrCat("cannot open ", path, ": ", runtime::ErrnoText(errno));
    return errno == ENOENT ? absl::NotFoundError(reason) : absl::InternalError(reason);
  }
  auto stored = std::make_unique<StoredBytes>(fd, !standard_input, path);
  COFILTER_RETURN_IF_ERROR(stored->Hold(kZstdMagic.size()));
  if (stored->held().starts_with(kZstdMagic)) {
    return std::make_unique<ZstdSource>(std::move(stored), limits);
  }
  if (stored->held().starts_with(kGzipMagic)) {
    auto source = std::make_unique<GzipSource>(std::move(stored), limits);
    COFILTER_RETURN_IF_ERROR(source->Start());
    return source;
  }
  return std::make_unique<PlainSource>(std::move(stored));
}

}  // namespace cofilter::data
