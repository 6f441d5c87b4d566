// The tables that each kernel file defines, compiled with flags of its own; asked for through
// kernels.h.
#ifndef COFILTER_MODELS_KERNELS_TABLES_H_
#define COFILTER_MODELS_KERNELS_TABLES_H_

#include "models/kernels/kernels.h"

namespace cofilter::models::kernels {

// Asks for a row's cache lines.
inline void PrefetchCodeRow(const std::int8_t* row, std::size_t stride) {
  for (std::size_t d = 0; d < stride; d += kCodeRowBytes) __builtin_prefetch(row + d);
}

extern const Kernels kScalarTable;
extern const Kernels kAvx2Table;
extern const Kernels kAvx512VnniTable;

}  // namespace cofilter::models::kernels

#endif  // COFILTER_MODELS_KERNELS_TABLES_H_
