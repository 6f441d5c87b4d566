// A trainer's arrays seen as views.
#ifndef COFILTER_MODELS_ARRAYS_AS_VIEWS_H_
#define COFILTER_MODELS_ARRAYS_AS_VIEWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/operator_arrays.h"
#include "models/operator_views.h"

namespace cofilter::models {

// Ids laid end to end. Shape: offsets [ids + 1].
struct FlatIds {
  explicit FlatIds(const std::vector<std::string>& ids);
  std::string bytes;
  std::vector<std::uint64_t> offsets;
};

// Ownership: the views point into `arrays` and `ids`, which must outlive them. Checks nothing.
OperatorViews ViewsOf(const OperatorArrays& arrays, const FlatIds& ids);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_ARRAYS_AS_VIEWS_H_
