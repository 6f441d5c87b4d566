// Reads a JWKS.
#include "service/identity/key_set.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "service/identity/strict_json.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kMaxKeys = 100;

}  // namespace

absl::StatusOr<KeySet> KeySet::Parse(std::string_view text, std::string_view origin) {
  const std::string file(origin);
  const std::optional<nlohmann::json> parsed = ParseStrictObject(text);
  if (!parsed || !parsed->contains("keys") || !(*parsed)["keys"].is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": not a JSON Web Key Set; right: {\"keys\": [...]}"));
  }
  const nlohmann::json& listed = (*parsed)["keys"];
  if (listed.size() > kMaxKeys)
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": ", listed.size(), " keys are wrong; right: at most ", kMaxKeys));
  KeySet set;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const std::string place = absl::StrCat(file, ": keys[", i, "]");
    if (!listed[i].is_object())
      return absl::InvalidArgumentError(absl::StrCat(place, " is no object"));
    absl::StatusOr<VerificationKey> key = VerificationKey::FromJwk(listed[i]);
    if (absl::IsUnimplemented(key.status())) {
      set.skipped_.push_back(absl::StrCat(place, ": ", key.status().message()));
      continue;
    }
    if (!key.ok())
      return absl::InvalidArgumentError(absl::StrCat(place, ": ", key.status().message()));
    const std::string kid = TextOf(listed[i], "kid").value_or("");
    if (kid.empty() || kid.size() > data::kMaxIdBytes)
      return absl::InvalidArgumentError(absl::StrCat(place, ": kid is missing or too long"));
    if (!set.keys_.emplace(kid, *std::move(key)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, ": kid ", data::ShowValue(kid), " is another key's too"));
    }
  }
  if (set.keys_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": no key that can be used; used are RSA, EC P-256 and OKP Ed25519"));
  }
  return set;
}

KeySet KeySet::Of(std::string kid, VerificationKey key) {
  KeySet set;
  set.keys_.emplace(std::move(kid), std::move(key));
  return set;
}

const VerificationKey* KeySet::Find(std::string_view kid) const {
  const auto found = keys_.find(kid);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace cofilter::service
