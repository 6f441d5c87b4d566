// xAPI's verbs and ours; docs/formats/xapi.md has the same table.
#ifndef COFILTER_DATA_IMPORT_XAPI_VERBS_H_
#define COFILTER_DATA_IMPORT_XAPI_VERBS_H_

#include <span>

#include "data/import/verb_map.h"

namespace cofilter::data {

std::span<const VerbPair> XapiVerbs();

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_XAPI_VERBS_H_
