// Files as the product needs them: mapped for reading, written durably, published by one rename.
#ifndef COFILTER_RUNTIME_FILES_H_
#define COFILTER_RUNTIME_FILES_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cofilter::runtime {

// A whole file, mapped read-only. Moves, does not copy; the bytes stay valid while the object
// lives. An empty file maps to an empty span.
class MappedFile {
 public:
  // Errors: NOT_FOUND, or INTERNAL with the system's reason; both name the path.
  static absl::StatusOr<MappedFile> Open(const std::string& path);
  MappedFile() = default;
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// The whole content of a small file. Errors: NOT_FOUND, INTERNAL, OUT_OF_RANGE past max_bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes = 64u << 20);

// Writes beside the place, syncs, renames over it, syncs the directory: after OK the new content
// survives a loss of power, and at no moment is the place half-written.
absl::Status WriteFileDurably(const std::string& path, std::string_view content, int mode = 0644);

// Syncs every file of `directory` and the directory itself, then renames it to `place`, which must
// not exist, and syncs the parent. Errors: ALREADY_EXISTS, INTERNAL.
absl::Status PublishDirectory(const std::string& directory, const std::string& place);

// Makes the directory and its parents. OK when it is there already.
absl::Status MakeDirectories(const std::string& path);

// A directory under $TMPDIR (or /tmp) that goes away with the object.
class TemporaryDirectory {
 public:
  static absl::StatusOr<TemporaryDirectory> Create(std::string_view prefix = "cofilter");
  ~TemporaryDirectory();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace cofilter::runtime

#endif  // COFILTER_RUNTIME_FILES_H_
