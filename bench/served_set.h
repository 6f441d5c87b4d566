// A set behind the real server: its events imported through the API, models trained on it and
// promoted, its test members asked.
#ifndef COFILTER_BENCH_SERVED_SET_H_
#define COFILTER_BENCH_SERVED_SET_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/benchmark.h"
#include "bench/list_quality.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "bench/set_descriptor.h"
#include "bench/training_run.h"

namespace cofilter::bench {

inline constexpr int kCallsInFlight = 8;

// Rows of the training part, best first. Shape: [members asked].
using Lists = std::vector<std::vector<std::uint32_t>>;

// Thread-safety: one thread at a time.
class ServedSet {
 public:
  // Reads the set; nothing is started yet. `bench` tells its store and models apart from those of
  // other benchmarks on the same set; `say` is told what is done now.
  // Errors: those of LoadSet; FAILED_PRECONDITION when a test pair stands in the training part.
  static absl::StatusOr<std::unique_ptr<ServedSet>> Open(
      const Settings& settings, const SetDescriptor& set, const std::string& bench,
      std::function<void(const std::string&)> say);

  const SetData& data() const { return data_; }
  const QualityMeter& meter() const { return *meter_; }
  // Of the model that was trained last.
  const models::Operator& op() const { return *loaded_.op; }
  const TrainedModel& trained() const { return trained_; }
  // Lists so far that had no personal part although the member has a history: nothing is known of
  // what it read, or nothing else connects to it.
  std::size_t unpersonalised() const { return unpersonalised_; }

  // Trains with a parameter file (empty: the trainer chooses) and more flags, and serves the model.
  // The first time the server is started and filled; later models are promoted while it serves.
  // Errors: FAILED_PRECONDITION too, when the model was trained on anything but the training part.
  absl::Status TrainAndServe(const std::string& parameters, std::vector<std::string> flags = {});

  // The lists of some test members (places in data().test) from the server.
  absl::StatusOr<Lists> Ask(std::span<const std::uint32_t> members, int notch);

 private:
  ServedSet(const Settings& settings, const SetDescriptor& set,
            std::function<void(const std::string&)> say)
      : settings_(settings), set_(set), say_(std::move(say)) {}

  const Settings& settings_;
  const SetDescriptor set_;
  const std::function<void(const std::string&)> say_;
  SetData data_;
  std::unique_ptr<QualityMeter> meter_;
  ServerOptions server_options_;
  TrainedModel trained_;
  LoadedOperator loaded_;
  std::atomic<std::size_t> unpersonalised_{0};
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<ServiceClient> client_;
};

// All test members of a set, as Ask takes them.
std::vector<std::uint32_t> EveryTestMember(const SetData& data);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_SERVED_SET_H_
