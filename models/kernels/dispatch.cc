// Chooses the kernels by what the CPU says of itself.
#include <initializer_list>

#include "models/kernels/kernels.h"
#include "models/kernels/tables.h"

namespace cofilter::models::kernels {

const Kernels& Scalar() { return kScalarTable; }

const Kernels* Avx2() { return __builtin_cpu_supports("avx2") ? &kAvx2Table : nullptr; }

const Kernels* Avx512Vnni() {
  const bool runs = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vnni");
  return runs ? &kAvx512VnniTable : nullptr;
}

const Kernels& Best() {
  static const Kernels& best = []() -> const Kernels& {
    for (const Kernels* kernels : {Avx512Vnni(), Avx2()}) {
      if (kernels != nullptr) return *kernels;
    }
    return Scalar();
  }();
  return best;
}

}  // namespace cofilter::models::kernels
