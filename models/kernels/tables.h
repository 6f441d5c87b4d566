// The tables that each kernel file defines, compiled with flags of its own; asked for through
// kernels.h.
#ifndef COFILTER_MODELS_KERNELS_TABLES_H_
#define COFILTER_MODELS_KERNELS_TABLES_H_

#include "models/kernels/kernels.h"

namespace cofilter::models::kernels {

extern const Kernels kScalarTable;
extern const Kernels kAvx2Table;
extern const Kernels kAvx512VnniTable;

}  // namespace cofilter::models::kernels

#endif  // COFILTER_MODELS_KERNELS_TABLES_H_
