// Mapped files and durable writing, straight on POSIX.
#include "runtime/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/digest.h"
#include "runtime/errno_text.h"
#include "runtime/status_macros.h"

namespace cofilter::runtime {
namespace {

absl::Status SystemError(std::string_view doing, const std::string& path, int error) {
  const std::string text = absl::StrCat(std::string(doing), " ", path, ": ", ErrnoText(error));
  return error == ENOENT ? absl::NotFoundError(text) : absl::InternalError(text);
}

// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status SyncPath(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return SystemError("cannot open", path, errno);
  if (::fsync(fd.get()) != 0) return SystemError("cannot sync", path, errno);
  return absl::OkStatus();
}

std::string ParentOf(const std::string& path) {
  // "a/b/" is the directory b in a.
  std::string_view trimmed = path;
  while (trimmed.size() > 1 && trimmed.ends_with('/')) trimmed.remove_suffix(1);
  const std::string parent = std::filesystem::path(trimmed).parent_path().string();
  return parent.empty() ? "." : parent;
}

absl::Status WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return SystemError("cannot write", path, errno);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status WriteAndRename(const std::string& beside, const std::string& path,
                            std::string_view content, int mode) {
  {
    const Descriptor fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (fd.get() < 0) return SystemError("cannot create", beside, errno);
    COFILTER_RETURN_IF_ERROR(WriteAll(fd.get(), content, beside));
    if (::fsync(fd.get()) != 0) return SystemError("cannot sync", beside, errno);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0)
    return SystemError("cannot rename to", path, errno);
  return SyncPath(ParentOf(path));
}

absl::Status SyncTree(const std::string& directory) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator entries(directory, error);
  for (; !error && entries != std::filesystem::recursive_directory_iterator();
       entries.increment(error)) {
    if (entries->is_symlink()) continue;
    COFILTER_RETURN_IF_ERROR(SyncPath(entries->path().string()));
  }
  if (error) return SystemError("cannot read directory", directory, error.value());
  return SyncPath(directory);
}

}  // namespace

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return SystemError("cannot open", path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return SystemError("cannot stat", path, errno);
  if (!S_ISREG(info.st_mode)) return absl::InternalError(absl::StrCat("not a file: ", path));
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0) return MappedFile();
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return SystemError("cannot map", path, errno);
  return MappedFile(static_cast<const std::byte*>(data), size);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return SystemError("cannot open", path, errno);
  std::string content;
  char buffer[1 << 16];
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0) {
      if (errno == EINTR) continue;
      return SystemError("cannot read", path, errno);
    }
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > max_bytes) {
      return absl::OutOfRangeError(
          absl::StrCat(path, " is longer than ", max_bytes, " bytes, the most that is read"));
    }
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

absl::Status WriteFileDurably(const std::string& path, std::string_view content, int mode) {
  const std::string beside = absl::StrCat(path, ".", RandomUuid(), ".new");
  absl::Status status = WriteAndRename(beside, path, content, mode);
  if (!status.ok()) ::unlink(beside.c_str());
  return status;
}

absl::Status PublishDirectory(const std::string& directory, const std::string& place) {
  COFILTER_RETURN_IF_ERROR(SyncTree(directory));
  // RENAME_NOREPLACE: two publishers must not take the same place, even an empty one.
  if (::renameat2(AT_FDCWD, directory.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY) {
      return absl::AlreadyExistsError(absl::StrCat(place, " exists already"));
    }
    return absl::InternalError(
        absl::StrCat("cannot rename ", directory, " to ", place, ": ", ErrnoText(errno)));
  }
  return SyncPath(ParentOf(place));
}

absl::Status MakeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return absl::InternalError(absl::StrCat("cannot make ", path, ": ", error.message()));
  return absl::OkStatus();
}

absl::StatusOr<TemporaryDirectory> TemporaryDirectory::Create(std::string_view prefix) {
  const char* base = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing sets it
  std::string path = absl::StrCat(base != nullptr && *base != '\0' ? base : "/tmp", "/",
                                  std::string(prefix), ".XXXXXX");
  if (::mkdtemp(path.data()) == nullptr) return SystemError("cannot make", path, errno);
  return TemporaryDirectory(std::move(path));
}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, std::string())) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

}  // namespace cofilter::runtime
