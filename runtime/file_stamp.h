// Tells whether a file was changed or replaced.
#ifndef COFILTER_RUNTIME_FILE_STAMP_H_
#define COFILTER_RUNTIME_FILE_STAMP_H_

#include <cstdint>
#include <string>

namespace cofilter::runtime {

// Two stamps of one path are equal when nothing happened to the file between them. A file that is
// not there has a stamp too.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = -1;
  std::int64_t modified_nanos = 0;
  std::int64_t changed_nanos = 0;

  bool operator==(const FileStamp&) const = default;
};

// Follows links, as Kubernetes mounts secrets.
FileStamp StampOf(const std::string& path);

}  // namespace cofilter::runtime

#endif  // COFILTER_RUNTIME_FILE_STAMP_H_
