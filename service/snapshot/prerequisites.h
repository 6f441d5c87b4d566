// The check that prerequisites lead somewhere: no item requires itself, directly or through others.
#ifndef COFILTER_SERVICE_SNAPSHOT_PREREQUISITES_H_
#define COFILTER_SERVICE_SNAPSHOT_PREREQUISITES_H_

#include <span>

#include "absl/status/status.h"
#include "data/item.h"
#include "service/snapshot/catalogue.h"

namespace cofilter::service {

// What the catalogue would be after `items` are upserted. Prerequisites that are in neither are
// allowed: they may come later (and close the cycle then, when they are checked). Errors:
// INVALID_ARGUMENT that names the cycle, "a → b → a".
absl::Status CheckPrerequisites(std::span<const data::Item> items, const Catalogue& catalogue);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_PREREQUISITES_H_
