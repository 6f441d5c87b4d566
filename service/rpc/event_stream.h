// One StreamEvents call: batches in, an answer for each, in order, until the caller's token
// expires.
#ifndef COFILTER_SERVICE_RPC_EVENT_STREAM_H_
#define COFILTER_SERVICE_RPC_EVENT_STREAM_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "cofilter/v1/event_service.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/event_intake.h"

namespace cofilter::service {

class EventStream final
    : public grpc::ServerBidiReactor<v1::StreamEventsRequest, v1::StreamEventsResponse>,
      public std::enable_shared_from_this<EventStream> {
 public:
  // Everything given outlives the call. Ends at once when `streams` admits no more.
  static grpc::ServerBidiReactor<v1::StreamEventsRequest, v1::StreamEventsResponse>* Start(
      const CallFrame* frame, MethodMetrics* method, Admission* streams, EventIntake* intake,
      grpc::CallbackServerContext* context);

  // For Start.
  EventStream(const CallFrame* frame, MethodMetrics* method, Admission* streams,
              EventIntake* intake);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // A batch that waits for its answer, and then for its turn.
  struct Slot {
    std::optional<Admission::Ticket> ticket;
    v1::StreamEventsResponse response;
    bool answered = false;
  };

  void TakeBatch();
  void Answer(const std::shared_ptr<Slot>& slot, absl::StatusOr<v1::RecordEventsResponse> recorded);
  // Starts whatever can start now: the next read, the next answer, the end.
  void Pump();
  void End(const absl::Status& status);

  const CallFrame* const frame_;
  MethodMetrics* const method_;
  EventIntake* const intake_;
  const std::chrono::steady_clock::time_point started_;
  std::optional<Admission::Ticket> ticket_;
  v1::StreamEventsRequest reading_;
  std::int64_t last_batch_id_ = 0;
  runtime::Time caller_until_{};  // when the token that opened the stream expires

  std::mutex mutex_;
  std::deque<std::shared_ptr<Slot>> slots_;  // in the order of the batches
  v1::StreamEventsResponse writing_;
  bool read_pending_ = false;
  bool write_pending_ = false;
  bool half_closed_ = false;
  bool gone_ = false;
  bool ended_ = false;
  absl::Status end_status_;

  std::shared_ptr<EventStream> self_;  // until OnDone
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_EVENT_STREAM_H_
