// Which of our ids another system's id stands for: one file for members, one for items, supplied by
// the organisation.
#ifndef COFILTER_DATA_IMPORT_ID_MAP_H_
#define COFILTER_DATA_IMPORT_ID_MAP_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cofilter::data {

// Thread-safety: one thread at a time.
class IdMap {
 public:
  IdMap() = default;
  // A file of lines "source,id,<ours>" below a header of these three names, `ours` being member_id
  // or item_id. An empty path maps nothing. Errors: INVALID_ARGUMENT that names the line for an id
  // that is no id and for one that is mapped twice to different ids; those of reading.
  static absl::StatusOr<IdMap> Open(const std::string& path, std::string_view ours);

  // Replaces `id` where the file says so. An id that it does not name stays as it is.
  void Apply(std::string_view source, std::string& id);

  bool empty() const { return ids_.empty(); }
  std::uint64_t applied() const { return applied_; }

 private:
  // "source\tid": no id contains a control character.
  absl::flat_hash_map<std::string, std::string> ids_;
  std::string key_;
  std::uint64_t applied_ = 0;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_ID_MAP_H_
