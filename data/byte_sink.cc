// Plain, gzip and zstd writers.
#include "data/byte_sink.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/errno_text.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

constexpr std::size_t kBuffer = 256 << 10;

class Descriptor {
 public:
  Descriptor(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~Descriptor() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  absl::Status WriteAll(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Error("cannot write");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return absl::OkStatus();
  }

  absl::Status Sync() {
    // Pipes and terminals cannot be synced.
    if (::fsync(fd_) != 0 && errno != EINVAL && errno != EROFS) return Error("cannot sync");
    return absl::OkStatus();
  }

 private:
  absl::Status Error(std::string_view doing) const {
    return absl::InternalError(
        absl::StrCat(std::string(doing), " ", path_, ": ", runtime::ErrnoText(errno)));
  }
  const int fd_;
  const std::string path_;
};

class PlainSink final : public ByteSink {
 public:
  explicit PlainSink(std::unique_ptr<Descriptor> out) : out_(std::move(out)) {}

  absl::Status Write(std::string_view bytes) override {
    held_ += bytes;
    return held_.size() >= kBuffer ? Flush() : absl::OkStatus();
  }
  absl::Status Close() override {
    COFILTER_RETURN_IF_ERROR(Flush());
    return out_->Sync();
  }

 private:
  absl::Status Flush() {
    absl::Status status = out_->WriteAll(held_);
    held_.clear();
    return status;
  }
  std::unique_ptr<Descriptor> out_;
  std::string held_;
};

class GzipSink final : public ByteSink {
 public:
  explicit GzipSink(std::unique_ptr<Descriptor> out)
      : out_(std::move(out)), buffer_(kBuffer, '\0') {}
  ~GzipSink() override {
    if (started_) ::deflateEnd(&stream_);
  }

  absl::Status Start() {
    // 16 + 15: gzip with the largest window. Level 3: logs hardly shrink further, and it is twice
    // as fast.
    if (::deflateInit2(&stream_, 3, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      return absl::InternalError("zlib does not start");
    }
    started_ = true;
    return absl::OkStatus();
  }
  absl::Status Write(std::string_view bytes) override { return Push(bytes, Z_NO_FLUSH); }
  absl::Status Close() override {
    COFILTER_RETURN_IF_ERROR(Push({}, Z_FINISH));
    return out_->Sync();
  }

 private:
  absl::Status Push(std::string_view bytes, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    while (true) {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const int result = ::deflate(&stream_, flush);
      COFILTER_RETURN_IF_ERROR(
          out_->WriteAll(std::string_view(buffer_).substr(0, buffer_.size() - stream_.avail_out)));
      if (result == Z_STREAM_END || (flush == Z_NO_FLUSH && stream_.avail_out > 0))
        return absl::OkStatus();
    }
  }
  std::unique_ptr<Descriptor> out_;
  std::string buffer_;
  z_stream stream_{};
  bool started_ = false;
};

class ZstdSink final : public ByteSink {
 public:
  explicit ZstdSink(std::unique_ptr<Descriptor> out)
      : out_(std::move(out)), buffer_(kBuffer, '\0'), stream_(::ZSTD_createCStream()) {}
  ~ZstdSink() override { ::ZSTD_freeCStream(stream_); }

  absl::Status Write(std::string_view bytes) override { return Push(bytes, ZSTD_e_continue); }
  absl::Status Close() override {
    COFILTER_RETURN_IF_ERROR(Push({}, ZSTD_e_end));
    return out_->Sync();
  }

 private:
  absl::Status Push(std::string_view bytes, ZSTD_EndDirective directive) {
    if (stream_ == nullptr) return absl::ResourceExhaustedError("no memory for zstd");
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer output{buffer_.data(), buffer_.size(), 0};
      const std::size_t left = ::ZSTD_compressStream2(stream_, &output, &input, directive);
      if (::ZSTD_isError(left)) {
        return absl::InternalError(absl::StrCat("zstd: ", ::ZSTD_getErrorName(left)));
      }
      COFILTER_RETURN_IF_ERROR(out_->WriteAll(std::string_view(buffer_).substr(0, output.pos)));
      if (directive == ZSTD_e_end ? left == 0 : input.pos == input.size) return absl::OkStatus();
    }
  }
  std::unique_ptr<Descriptor> out_;
  std::string buffer_;
  ZSTD_CStream* stream_;
};

}  // namespace

std::string_view CompressionSuffix(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return ".gz";
    case Compression::kZstd:
      return ".zst";
    default:
      return "";
  }
}

absl::StatusOr<std::unique_ptr<ByteSink>> ByteSink::Create(const std::string& path,
                                                           Compression compression) {
  const int fd = path == "-" ? STDOUT_FILENO
                             : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0)
    return absl::InternalError(
        absl::StrCat("cannot create ", path, ": ", runtime::ErrnoText(errno)));
  auto out = std::make_unique<Descriptor>(fd, path);
  switch (compression) {
    case Compression::kGzip: {
      auto sink = std::make_unique<GzipSink>(std::move(out));
      COFILTER_RETURN_IF_ERROR(sink->Start());
      return sink;
    }
    case Compression::kZstd:
      return std::make_unique<ZstdSink>(std::move(out));
    default:
      return std::make_unique<PlainSink>(std::move(out));
  }
}

}  // namespace cofilter::data
