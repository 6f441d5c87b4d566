// The keys of an issuer, from a JSON Web Key Set.
#ifndef COFILTER_SERVICE_IDENTITY_KEY_SET_H_
#define COFILTER_SERVICE_IDENTITY_KEY_SET_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/identity/verification_key.h"

namespace cofilter::service {

// Keys by kid. During a rotation the set holds the old key and the new one, so that tokens of both
// are good.
class KeySet {
 public:
  // RFC 7517, section 5: {"keys": [...]}. Keys that no algorithm here uses are passed over and
  // named in skipped(). Errors: INVALID_ARGUMENT: not such a file, a usable key without a kid, two
  // with one kid, a damaged or a private one, or no usable key at all; names `origin` and the key.
  static absl::StatusOr<KeySet> Parse(std::string_view text, std::string_view origin);
  // One key.
  static KeySet Of(std::string kid, VerificationKey key);

  // nullptr: there is none.
  const VerificationKey* Find(std::string_view kid) const;
  std::size_t size() const { return keys_.size(); }
  const std::vector<std::string>& skipped() const { return skipped_; }

 private:
  std::map<std::string, VerificationKey, std::less<>> keys_;
  std::vector<std::string> skipped_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_KEY_SET_H_
