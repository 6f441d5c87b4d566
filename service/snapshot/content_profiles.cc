// Profiles by the operator's own weights of words.
#include "service/snapshot/content_profiles.h"

#include <utility>

#include "service/snapshot/overlay.h"

namespace cofilter::service {

void ContentProfiles::Put(const models::Operator& op, ItemKey key, const data::Item& item) {
  profiles_.Set(key,
                std::make_shared<const models::ContentProfile>(op.ProfileOf(FeaturesOf(item))));
}

ContentProfiles ContentProfiles::Share() {
  ContentProfiles copy;
  copy.profiles_ = profiles_.Share();
  return copy;
}

}  // namespace cofilter::service
