// Writes a file, compressed or not.
#ifndef COFILTER_DATA_BYTE_SINK_H_
#define COFILTER_DATA_BYTE_SINK_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cofilter::data {

enum class Compression { kNone, kGzip, kZstd };
// "", ".gz", ".zst".
std::string_view CompressionSuffix(Compression compression);

// Thread-safety: one thread at a time.
class ByteSink {
 public:
  // Overwrites what was there; "-" is standard output. Errors: INTERNAL, with the path.
  static absl::StatusOr<std::unique_ptr<ByteSink>> Create(const std::string& path,
                                                          Compression compression);
  // Without Close the file is left cut short.
  virtual ~ByteSink() = default;

  virtual absl::Status Write(std::string_view bytes) = 0;
  // Writes what is held back and syncs. To be called once, last.
  virtual absl::Status Close() = 0;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_BYTE_SINK_H_
