// cold: what the server makes of members, and of items, that the training does not know.
#include "bench/benchmark.h"
#include "bench/cold_items.h"
#include "bench/cold_members.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {

absl::StatusOr<Report> RunCold(const Settings& settings) {
  Report report{.bench = "cold", .figures = {}, .conditions = {}, .curves = {}};
  COFILTER_RETURN_IF_ERROR(TakeColdItems(settings, &report));
  COFILTER_RETURN_IF_ERROR(TakeColdMembers(settings, &report));
  return report;
}

}  // namespace cofilter::bench
