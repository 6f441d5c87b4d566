// The table of what is not answered yet.
#include "service/rpc/unimplemented_calls.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace cofilter::service {
namespace {

constexpr std::string_view kNoRules = "no rule is in force in this release";
constexpr std::string_view kNoExposure = "the event log can be exported with cofilter export";

constexpr std::array<UnimplementedCall, 18> kCalls = {{
    {"cofilter.v1.RecommendationService/ExplainRecommendation",
     "each list carries its reasons and score lines"},
    {"cofilter.v1.MemberService/GetMemberProfile", "GetPreferences answers what a member decided"},
    {"cofilter.v1.MemberService/ExportMember", "cofilter export writes the event log"},
    {"cofilter.v1.MemberService/EraseMember",
     "UpdatePreferences with personalised = false takes effect at once"},
    {"cofilter.v1.ReviewService/CreateRule", kNoRules},
    {"cofilter.v1.ReviewService/GetRule", kNoRules},
    {"cofilter.v1.ReviewService/ListRules", kNoRules},
    {"cofilter.v1.ReviewService/UpdateRule", kNoRules},
    {"cofilter.v1.ReviewService/SubmitRule", kNoRules},
    {"cofilter.v1.ReviewService/ApproveRule", kNoRules},
    {"cofilter.v1.ReviewService/RejectRule", kNoRules},
    {"cofilter.v1.ReviewService/RevokeRule", kNoRules},
    {"cofilter.v1.ReviewService/PreviewRule", kNoRules},
    {"cofilter.v1.ReviewService/PreviewMember", "RecommendItems answers what a member gets"},
    {"cofilter.v1.ReviewService/ListExposure", kNoExposure},
    {"cofilter.v1.ReviewService/GetOverview", kNoExposure},
    {"cofilter.v1.ReviewService/ListReviewQueue", kNoExposure},
    {"cofilter.v1.ReviewService/ListAuditEntries",
     "the store keeps the entries; ModelService answers who promoted last"},
}};

}  // namespace

std::span<const UnimplementedCall> UnimplementedCalls() { return kCalls; }

absl::Status UnimplementedStatus(std::string_view method) {
  const auto found = std::find_if(kCalls.begin(), kCalls.end(), [&](const UnimplementedCall& call) {
    return call.method == method;
  });
  if (found == kCalls.end()) std::abort();  // a method that answers so must stand in the table
  return absl::UnimplementedError(
      absl::StrCat(std::string(method), " is not in this release; ", std::string(found->instead)));
}

grpc::ServerUnaryReactor* ServeUnimplemented(const CallFrame& frame, MethodMetrics& method,
                                             grpc::CallbackServerContext* context,
                                             Messages messages) {
  return Serve(frame, method, context, messages, Work::kInline,
               [&method](const RequestContext&) { return UnimplementedStatus(method.name()); });
}

}  // namespace cofilter::service
