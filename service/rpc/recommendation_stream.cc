// Two things go on side by side, a write and the making of the next chunk; Pump starts both.
#include "service/rpc/recommendation_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/member.h"
#include "runtime/status_macros.h"
#include "service/rpc/call_note.h"
#include "service/rpc/convert_recommendation.h"
#include "service/rpc/status_mapping.h"

namespace cofilter::service {
namespace {

// Small enough that a single call waits a few milliseconds for a worker at most.
constexpr std::size_t kChunk = 16;
// Members looked at for one chunk when they are chosen by unit or cohort.
constexpr std::size_t kScan = 500;

}  // namespace

grpc::ServerWriteReactor<v1::StreamRecommendationsResponse>* RecommendationStream::Start(
    const CallFrame* frame, MethodMetrics* method, Admission* streams, Recommender* recommender,
    MemberStateStore* members, grpc::CallbackServerContext* context,
    const v1::StreamRecommendationsRequest* request) {
  auto stream =
      std::make_shared<RecommendationStream>(frame, method, streams, recommender, members, context);
  stream->self_ = stream;
  if (!stream->ticket_) {
    stream->ended_ = true;
    method->Record(absl::StatusCode::kResourceExhausted, std::chrono::microseconds(0));
    stream->Finish(ShedStatus(*streams, context));
    return stream.get();
  }
  const absl::Status status = stream->Begin(*request);
  if (!status.ok()) {
    stream->ended_ = true;
    stream->End(status);
  } else {
    stream->Pump();
  }
  return stream.get();
}

RecommendationStream::RecommendationStream(const CallFrame* frame, MethodMetrics* method,
                                           Admission* streams, Recommender* recommender,
                                           MemberStateStore* members,
                                           grpc::CallbackServerContext* context)
    : frame_(frame),
      method_(method),
      recommender_(recommender),
      members_(members),
      server_context_(context),
      started_(std::chrono::steady_clock::now()),
      ticket_(streams->Admit()) {
  method->Start();
}

absl::Status RecommendationStream::Begin(const v1::StreamRecommendationsRequest& request) {
  COFILTER_ASSIGN_OR_RETURN(const Admitted admitted,
                            frame_->guard->Admit(method_->name(), *server_context_, &request));
  COFILTER_ASSIGN_OR_RETURN(asked_, FromProto(request));
  call_ = MakeRequestContext(*frame_, *server_context_, admitted);
  member_ids_.assign(request.member_ids().begin(), request.member_ids().end());
  org_unit_ = request.org_unit();
  cohort_ = request.cohort();
  return absl::OkStatus();
}

void RecommendationStream::Pump() {
  bool write = false;
  bool produce = false;
  bool end = false;
  absl::Status status;
  {
    std::lock_guard lock(mutex_);
    if (ended_) return;
    if (!write_pending_ && !ready_.empty() && !gone_) {
      writing_ = std::move(ready_.front());
      ready_.pop_front();
      write = write_pending_ = true;
    }
    if (!producing_ && !exhausted_ && !gone_ && ready_.size() < kChunk) produce = producing_ = true;
    if (!write_pending_ && !producing_ && (gone_ || (exhausted_ && ready_.empty()))) {
      end = ended_ = true;
      status = gone_ ? absl::CancelledError("the caller has gone") : status_;
    }
  }
  if (write) StartWrite(&writing_);
  if (produce) {
    const bool taken =
        frame_->compute->SubmitBatch([self = shared_from_this()] { self->Produce(); });
    if (!taken) {
      {
        std::lock_guard lock(mutex_);
        producing_ = false;
        exhausted_ = true;
        status_ = absl::ResourceExhaustedError("too many lists wait to be made; come back later");
      }
      Pump();
    }
  }
  if (end) End(status);
}

void RecommendationStream::Produce() {
  std::deque<v1::StreamRecommendationsResponse> made;
  absl::StatusOr<std::vector<std::string>> ids = NextMembers();
  absl::Status status = ids.status();
  if (status.ok() && !ids->empty()) {
    std::vector<RecommendRequest> requests(ids->size(), asked_);
    for (std::size_t i = 0; i < ids->size(); ++i) requests[i].member_id = (*ids)[i];
    const auto lists = recommender_->RecommendBatch(call_, requests);
    for (std::size_t i = 0; i < lists.size() && status.ok(); ++i) {
      status = lists[i].status();
      if (!status.ok()) break;
      v1::StreamRecommendationsResponse& response = made.emplace_back();
      response.set_member_id((*ids)[i]);
      ToProto(*lists[i], response.mutable_recommendation());
    }
  }
  {
    std::lock_guard lock(mutex_);
    producing_ = false;
    std::move(made.begin(), made.end(), std::back_inserter(ready_));
    if (!status.ok()) {
      status_ = status;
      exhausted_ = true;
    }
    if (member_ids_.empty() ? after_ < 0 : next_member_ == member_ids_.size()) exhausted_ = true;
  }
  Pump();
}

absl::StatusOr<std::vector<std::string>> RecommendationStream::NextMembers() {
  std::vector<std::string> ids;
  if (!member_ids_.empty()) {
    const std::size_t end = std::min(next_member_ + kChunk, member_ids_.size());
    ids.assign(member_ids_.begin() + static_cast<std::ptrdiff_t>(next_member_),
               member_ids_.begin() + static_cast<std::ptrdiff_t>(end));
    next_member_ = end;
    return ids;
  }
  std::size_t looked_at = 0;
  while (ids.size() < kChunk && looked_at < kScan) {
    // As many as may be taken, so that the cursor never passes over one.
    COFILTER_ASSIGN_OR_RETURN(const auto listed, members_->List(after_, kChunk - ids.size()));
    if (listed.empty()) {
      after_ = -1;  // the end
      break;
    }
    looked_at += listed.size();
    for (const auto& [key, id] : listed) {
      after_ = key;
      COFILTER_ASSIGN_OR_RETURN(const MemberState state, members_->Read(id));
      const auto& cohorts = state.member.cohorts;
      const bool chosen = org_unit_.empty()
                              ? std::find(cohorts.begin(), cohorts.end(), cohort_) != cohorts.end()
                              : !state.member.org_unit.empty() &&
                                    data::OrgUnitWithin(state.member.org_unit, org_unit_);
      if (chosen) ids.push_back(id);
    }
  }
  return ids;
}

void RecommendationStream::End(const absl::Status& status) {
  NoteCall(*method_, frame_->spans, call_.trace, status.code(),
           std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                 started_));
  ticket_.reset();
  Finish(ToGrpc(status));
}

void RecommendationStream::OnWriteDone(bool ok) {
  {
    std::lock_guard lock(mutex_);
    write_pending_ = false;
    if (!ok) gone_ = true;
  }
  Pump();
}

void RecommendationStream::OnCancel() {
  {
    std::lock_guard lock(mutex_);
    gone_ = true;
  }
  Pump();
}

void RecommendationStream::OnDone() {
  // A chunk that is still being made holds the object a little longer.
  const std::shared_ptr<RecommendationStream> last = std::move(self_);
}

}  // namespace cofilter::service
