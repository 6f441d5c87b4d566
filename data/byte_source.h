// Bytes of a file or descriptor, decompressed on the way: plain, gzip or zstd, told apart by their
// first bytes.
#ifndef COFILTER_DATA_BYTE_SOURCE_H_
#define COFILTER_DATA_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace cofilter::data {

// How much a compressed input may grow, so that a decompression bomb ends in an error and not on a
// full disk.
struct DecompressionLimits {
  // Decompressed bytes per compressed byte. Event logs reach about 30, very repetitive ones 150.
  // Checked once more than free_bytes have come out, so that small files are not judged by their
  // headers.
  double max_ratio = 300;
  std::uint64_t free_bytes = 16u << 20;
  // Decompressed bytes per file.
  std::uint64_t max_total_bytes = std::uint64_t{1} << 40;
};

// Thread-safety: one thread at a time.
class ByteSource {
 public:
  // `path` names a regular file or "-" for standard input. Several gzip members or zstd frames in
  // one file are read as one text. Errors: NOT_FOUND, INTERNAL.
  static absl::StatusOr<std::unique_ptr<ByteSource>> Open(const std::string& path,
                                                          const DecompressionLimits& limits);
  virtual ~ByteSource() = default;

  // Fills up to `size` bytes; 0 at the end. Errors: DATA_LOSS for a damaged or cut-short stream,
  // OUT_OF_RANGE past a limit, INTERNAL when reading fails; each names the path.
  virtual absl::StatusOr<std::size_t> Read(char* out, std::size_t size) = 0;

  // Bytes of the file itself that were read so far.
  virtual std::uint64_t stored_bytes() const = 0;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_BYTE_SOURCE_H_
