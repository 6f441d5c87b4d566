// By stat.
#include "runtime/file_stamp.h"

#include <sys/stat.h>

namespace cofilter::runtime {
namespace {

std::int64_t Nanos(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileStamp StampOf(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, Nanos(status.st_mtim),
          Nanos(status.st_ctim)};
}

}  // namespace cofilter::runtime
