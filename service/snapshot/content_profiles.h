// What each item is about, for operators with a ranker: of the items it knows and of those born
// later.
#ifndef COFILTER_SERVICE_SNAPSHOT_CONTENT_PROFILES_H_
#define COFILTER_SERVICE_SNAPSHOT_CONTENT_PROFILES_H_

#include <memory>

#include "data/item.h"
#include "models/operator.h"
#include "service/snapshot/chunked_vector.h"
#include "service/store/keys.h"

namespace cofilter::service {

// Thread-safety: see ChunkedVector.
class ContentProfiles {
 public:
  // Empty for an item that is not here. Valid while the profiles live.
  const models::ContentProfile& Of(ItemKey key) const {
    static const models::ContentProfile kNone;
    const auto& profile = profiles_.Get(key);
    return profile == nullptr ? kNone : *profile;
  }

  // Replaces what was there. Cost: hashing of its text, tens of microseconds.
  void Put(const models::Operator& op, ItemKey key, const data::Item& item);
  ContentProfiles Share();

 private:
  ChunkedVector<std::shared_ptr<const models::ContentProfile>> profiles_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_CONTENT_PROFILES_H_
