// What apps and their event collectors call things that we have a verb for.
#ifndef COFILTER_DATA_IMPORT_APP_VERBS_H_
#define COFILTER_DATA_IMPORT_APP_VERBS_H_

#include <span>

#include "data/import/verb_map.h"

namespace cofilter::data {

// Past and present forms; docs/formats/import.md lists them.
std::span<const VerbPair> AppVerbs();

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_APP_VERBS_H_
