// What Gorse has no field for travels as labels "name:value".
#ifndef COFILTER_DATA_IMPORT_GORSE_LABELS_H_
#define COFILTER_DATA_IMPORT_GORSE_LABELS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/item.h"
#include "data/member.h"

namespace cofilter::data {

std::vector<std::string> GorseLabels(const Item& item);
std::vector<std::string> GorseLabels(const Member& member);

// The way back. A label that names no field of ours is a topic, or a cohort.
absl::Status TakeGorseLabel(std::string_view label, Item& item);
void TakeGorseLabel(std::string_view label, Member& member);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_GORSE_LABELS_H_
