// ReviewService: the contract stands; every call answers UNIMPLEMENTED in this release.
#ifndef COFILTER_SERVICE_RPC_REVIEW_SERVICE_H_
#define COFILTER_SERVICE_RPC_REVIEW_SERVICE_H_

#include "cofilter/v1/review_service.grpc.pb.h"
#include "service/rpc/call.h"

namespace cofilter::service {

class ReviewRpc final : public v1::ReviewService::CallbackService {
 public:
  // `frame` outlives it.
  explicit ReviewRpc(const CallFrame* frame) : frame_(frame) {}

#define COFILTER_UNIMPLEMENTED_CALL(Name, Answer)                                           \
  grpc::ServerUnaryReactor* Name(grpc::CallbackServerContext* context,                      \
                                 const v1::Name##Request* request, v1::Answer* response)    \
      override {                                                                            \
    return Unimplemented("cofilter.v1.ReviewService/" #Name, context, {request, response}); \
  }
  COFILTER_UNIMPLEMENTED_CALL(CreateRule, Rule)
  COFILTER_UNIMPLEMENTED_CALL(GetRule, Rule)
  COFILTER_UNIMPLEMENTED_CALL(ListRules, ListRulesResponse)
  COFILTER_UNIMPLEMENTED_CALL(UpdateRule, Rule)
  COFILTER_UNIMPLEMENTED_CALL(SubmitRule, Rule)
  COFILTER_UNIMPLEMENTED_CALL(ApproveRule, Rule)
  COFILTER_UNIMPLEMENTED_CALL(RejectRule, Rule)
  COFILTER_UNIMPLEMENTED_CALL(RevokeRule, Rule)
  COFILTER_UNIMPLEMENTED_CALL(PreviewRule, PreviewRuleResponse)
  COFILTER_UNIMPLEMENTED_CALL(PreviewMember, PreviewMemberResponse)
  COFILTER_UNIMPLEMENTED_CALL(ListExposure, ListExposureResponse)
  COFILTER_UNIMPLEMENTED_CALL(GetOverview, Overview)
  COFILTER_UNIMPLEMENTED_CALL(ListReviewQueue, ListReviewQueueResponse)
  COFILTER_UNIMPLEMENTED_CALL(ListAuditEntries, ListAuditEntriesResponse)
#undef COFILTER_UNIMPLEMENTED_CALL

 private:
  grpc::ServerUnaryReactor* Unimplemented(std::string_view method,
                                          grpc::CallbackServerContext* context, Messages messages);

  const CallFrame* const frame_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_REVIEW_SERVICE_H_
