// Reads go on while few batches wait; answers leave in the order of the batches.
#include "service/rpc/event_stream.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "service/rpc/status_mapping.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kWaitingBatches = 8;

}  // namespace

grpc::ServerBidiReactor<v1::StreamEventsRequest, v1::StreamEventsResponse>* EventStream::Start(
    const CallFrame* frame, MethodMetrics* method, Admission* streams, EventIntake* intake,
    grpc::CallbackServerContext* context) {
  auto stream = std::make_shared<EventStream>(frame, method, streams, intake);
  stream->self_ = stream;
  if (!stream->ticket_) {
    stream->ended_ = true;
    method->Record(absl::StatusCode::kResourceExhausted, std::chrono::microseconds(0));
    stream->Finish(ShedStatus(*streams, context));
    return stream.get();
  }
  const absl::StatusOr<Admitted> who = frame->guard->Admit(method->name(), *context, nullptr);
  if (!who.ok()) {
    stream->ended_ = true;
    stream->End(who.status());
  } else {
    stream->caller_until_ = who->caller->expires_at;
    stream->Pump();
  }
  return stream.get();
}

EventStream::EventStream(const CallFrame* frame, MethodMetrics* method, Admission* streams,
                         EventIntake* intake)
    : frame_(frame),
      method_(method),
      intake_(intake),
      started_(std::chrono::steady_clock::now()),
      ticket_(streams->Admit()) {}

void EventStream::OnReadDone(bool ok) {
  // The stream may outlive the token that opened it.
  const bool expired = ok && frame_->clock->Now() >= caller_until_;
  if (ok && !expired) TakeBatch();
  {
    std::lock_guard lock(mutex_);
    read_pending_ = false;
    if (!ok || expired) half_closed_ = true;
    if (expired) end_status_ = absl::UnauthenticatedError("the token has expired");
  }
  Pump();
}

void EventStream::TakeBatch() {
  auto slot = std::make_shared<Slot>();
  slot->response.set_batch_id(reading_.batch_id());
  {
    std::lock_guard lock(mutex_);
    slots_.push_back(slot);
  }
  if (reading_.batch_id() <= last_batch_id_) {
    Answer(slot, data::FieldError("batch_id", absl::StrCat(reading_.batch_id()),
                                  absl::StrCat("more than the last one, ", last_batch_id_)));
    return;
  }
  last_batch_id_ = reading_.batch_id();
  slot->ticket = frame_->admission->Admit();
  if (!slot->ticket) {
    Answer(slot, absl::ResourceExhaustedError(
                     absl::StrCat("the server is at its limit; come back in ",
                                  frame_->admission->RetryHint().count(), " ms")));
    return;
  }
  intake_->Record(reading_.events(), [self = shared_from_this(),
                                      slot](absl::StatusOr<v1::RecordEventsResponse> recorded) {
    self->Answer(slot, std::move(recorded));
  });
}

void EventStream::Answer(const std::shared_ptr<Slot>& slot,
                         absl::StatusOr<v1::RecordEventsResponse> recorded) {
  if (recorded.ok()) {
    slot->response.mutable_recorded()->Swap(&*recorded);
  } else {
    slot->response.mutable_refusal()->set_code(recorded.status().raw_code());
    slot->response.mutable_refusal()->set_message(std::string(recorded.status().message()));
  }
  slot->ticket.reset();
  {
    std::lock_guard lock(mutex_);
    slot->answered = true;
  }
  Pump();
}

void EventStream::Pump() {
  bool read = false;
  bool write = false;
  bool end = false;
  absl::Status status;
  {
    std::lock_guard lock(mutex_);
    if (ended_) return;
    if (!write_pending_ && !gone_ && !slots_.empty() && slots_.front()->answered) {
      writing_.Swap(&slots_.front()->response);
      slots_.pop_front();
      write = write_pending_ = true;
    }
    if (!read_pending_ && !half_closed_ && !gone_ && slots_.size() < kWaitingBatches)
      read = read_pending_ = true;
    if (!read_pending_ && !write_pending_ && (gone_ || (half_closed_ && slots_.empty()))) {
      end = ended_ = true;
      status = gone_ ? absl::CancelledError("the caller has gone") : end_status_;
    }
  }
  if (write) StartWrite(&writing_);
  if (read) StartRead(&reading_);
  if (end) End(status);
}

void EventStream::End(const absl::Status& status) {
  method_->Record(status.code(), std::chrono::duration_cast<std::chrono::microseconds>(
                                     std::chrono::steady_clock::now() - started_));
  ticket_.reset();
  Finish(ToGrpc(status));
}

void EventStream::OnWriteDone(bool ok) {
  {
    std::lock_guard lock(mutex_);
    write_pending_ = false;
    if (!ok) gone_ = true;
  }
  Pump();
}

void EventStream::OnCancel() {
  {
    std::lock_guard lock(mutex_);
    gone_ = true;
  }
  Pump();
}

void EventStream::OnDone() {
  // A batch that is still at the store holds the object a little longer.
  const std::shared_ptr<EventStream> last = std::move(self_);
}

}  // namespace cofilter::service
