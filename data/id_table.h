// Ids and their rows: each text is kept once and gets the next number.
#ifndef COFILTER_DATA_ID_TABLE_H_
#define COFILTER_DATA_ID_TABLE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace cofilter::data {

// Thread-safety: const calls from any thread while nobody interns.
class IdTable {
 public:
  // The row of `id`, new or known.
  std::uint32_t Intern(std::string_view id) {
    const auto found = rows_.find(absl::string_view(id.data(), id.size()));
    if (found != rows_.end()) return found->second;
    const auto row = static_cast<std::uint32_t>(ids_.size());
    // A deque never moves its strings, so the map can point into them.
    const std::string& kept = ids_.emplace_back(id);
    rows_.emplace(absl::string_view(kept.data(), kept.size()), row);
    return row;
  }

  std::optional<std::uint32_t> Find(std::string_view id) const {
    const auto found = rows_.find(absl::string_view(id.data(), id.size()));
    if (found == rows_.end()) return std::nullopt;
    return found->second;
  }

  const std::string& id(std::uint32_t row) const { return ids_[row]; }
  std::size_t size() const { return ids_.size(); }

 private:
  std::deque<std::string> ids_;
  absl::flat_hash_map<absl::string_view, std::uint32_t> rows_;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_ID_TABLE_H_
