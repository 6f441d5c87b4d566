// The table.
#include "service/identity/access_matrix.h"

#include <algorithm>
#include <array>

namespace cofilter::service {
namespace {

constexpr Role kM = Role::kMember;
constexpr Role kB = Role::kBackend;
constexpr Role kE = Role::kEditor;
constexpr Role kA = Role::kApprover;
constexpr Role kU = Role::kAuditor;
constexpr Role kO = Role::kOperator;

// Whoever holds kMember alone among a call's roles reads and writes nobody's but their own: see
// service/rpc/call_guard.h.
constexpr std::array kMatrix = std::to_array<CallAccess>({
    {"cofilter.v1.RecommendationService/RecommendItems", {kM, kB, kO}},
    {"cofilter.v1.RecommendationService/RecommendPage", {kM, kB, kO}},
    {"cofilter.v1.RecommendationService/RecommendSimilarItems", {kM, kB, kO}},
    {"cofilter.v1.RecommendationService/StreamRecommendations", {kB, kO}},
    {"cofilter.v1.RecommendationService/ExplainRecommendation", {kM, kB, kO}},
    {"cofilter.v1.EventService/RecordEvents", {kM, kB, kO}},
    {"cofilter.v1.EventService/StreamEvents", {kB, kO}},
    {"cofilter.v1.EventService/RecordImport", {kB, kO}},
    {"cofilter.v1.EventService/ListImports", {kB, kE, kA, kU, kO}},
    {"cofilter.v1.CatalogueService/UpsertItem", {kB, kO}},
    {"cofilter.v1.CatalogueService/BatchUpsertItems", {kB, kO}},
    {"cofilter.v1.CatalogueService/GetItem", {kB, kE, kA, kU, kO}},
    {"cofilter.v1.CatalogueService/ListItems", {kB, kE, kA, kU, kO}},
    {"cofilter.v1.CatalogueService/RetireItem", {kB, kO}},
    {"cofilter.v1.MemberService/UpsertMember", {kB, kO}},
    {"cofilter.v1.MemberService/BatchUpsertMembers", {kB, kO}},
    {"cofilter.v1.MemberService/GetPreferences", {kM, kB, kO}},
    {"cofilter.v1.MemberService/UpdatePreferences", {kM, kB, kO}},
    {"cofilter.v1.MemberService/GetMemberProfile", {kM, kB, kO}},
    {"cofilter.v1.MemberService/ExportMember", {kM, kB, kO}},
    {"cofilter.v1.MemberService/EraseMember", {kB, kO}},
    {"cofilter.v1.ReviewService/CreateRule", {kE, kA, kO}, Scope::kRequired},
    {"cofilter.v1.ReviewService/GetRule", {kE, kA, kU, kO}},
    {"cofilter.v1.ReviewService/ListRules", {kE, kA, kU, kO}},
    {"cofilter.v1.ReviewService/UpdateRule", {kE, kA, kO}, Scope::kGiven},
    {"cofilter.v1.ReviewService/SubmitRule", {kE, kA, kO}, Scope::kByHandler},
    {"cofilter.v1.ReviewService/ApproveRule", {kA, kO}, Scope::kByHandler},
    {"cofilter.v1.ReviewService/RejectRule", {kA, kO}, Scope::kByHandler},
    {"cofilter.v1.ReviewService/RevokeRule", {kE, kA, kO}, Scope::kByHandler},
    {"cofilter.v1.ReviewService/PreviewRule", {kE, kA, kO}, Scope::kGiven},
    {"cofilter.v1.ReviewService/PreviewMember", {kE, kA, kO}, Scope::kGiven},
    {"cofilter.v1.ReviewService/ListExposure", {kE, kA, kU, kO}, Scope::kRequired},
    {"cofilter.v1.ReviewService/GetOverview", {kE, kA, kU, kO}, Scope::kRequired},
    {"cofilter.v1.ReviewService/ListReviewQueue", {kE, kA, kU, kO}},
    {"cofilter.v1.ReviewService/ListAuditEntries", {kU, kO}},
    {"cofilter.v1.ModelService/ListModels", {kE, kA, kU, kO}},
    {"cofilter.v1.ModelService/GetModel", {kE, kA, kU, kO}},
    {"cofilter.v1.ModelService/PromoteModel", {kO}},
    {"cofilter.v1.ModelService/RollBackModel", {kO}},
});

}  // namespace

std::span<const CallAccess> AccessMatrix() { return kMatrix; }

const CallAccess* FindAccess(std::string_view method) {
  const auto found = std::find_if(kMatrix.begin(), kMatrix.end(), [&](const CallAccess& access) {
    return access.method == method;
  });
  return found == kMatrix.end() ? nullptr : &*found;
}

}  // namespace cofilter::service
