// Reads the values of one TOML table, and says exactly what is wrong with one.
#ifndef COFILTER_SERVICE_CONFIG_CONFIG_READER_H_
#define COFILTER_SERVICE_CONFIG_CONFIG_READER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "toml.hpp"

namespace cofilter::service {

// `<file>:<line>: <key>: <value> is wrong; right: <right>`. Code INVALID_ARGUMENT; PlaceOf it is
// known.
absl::Status ConfigError(std::string_view origin, const toml::value& at, std::string_view key,
                         std::string_view right);

// Which key an error of these readers is about: its dotted name, and its line. Empty: another
// error's.
struct ErrorPlace {
  std::string key;
  std::int64_t line = 0;
};
ErrorPlace PlaceOf(const absl::Status& error);

// The known key nearest to `key`, or "" when none is near.
std::string_view NearestKey(std::string_view key, std::span<const std::string_view> known);

// One table, by its dotted name. Every Read leaves `out` as it is when the key is absent.
// Ownership: origin and table are the caller's. Errors: as ConfigError.
class TableReader {
 public:
  TableReader(std::string_view origin, std::string name, const toml::table& table)
      : origin_(origin), name_(std::move(name)), table_(table) {}

  // Errors: a key that is not in `known`, with the nearest that is.
  absl::Status CheckKeys(std::span<const std::string_view> known) const;

  absl::Status ReadText(std::string_view key, std::string& out) const;
  absl::Status ReadNumber(std::string_view key, double low, double high, double& out) const;
  absl::Status ReadCount(std::string_view key, std::uint32_t low, std::uint32_t high,
                         std::uint32_t& out) const;
  // "90m", "36h", "2d". More than 0.
  absl::Status ReadHours(std::string_view key, double& out) const;
  absl::Status ReadFlag(std::string_view key, bool& out) const;
  absl::Status ReadTexts(std::string_view key, std::vector<std::string>& out) const;

  // nullptr: absent.
  const toml::value* Find(std::string_view key) const;
  absl::Status Error(std::string_view key, std::string_view right) const;
  std::string Path(std::string_view key) const;

 private:
  std::string_view origin_;
  std::string name_;
  const toml::table& table_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_CONFIG_CONFIG_READER_H_
