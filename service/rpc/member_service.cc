// Members in, preferences read and changed.
#include "service/rpc/member_service.h"

#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_member.h"
#include "service/rpc/status_mapping.h"
#include "service/rpc/unimplemented_calls.h"

namespace cofilter::service {
namespace {

constexpr int kMaxMembersPerBatch = 1000;
// An update without an etag is repeated when another one came in between.
constexpr int kUpdateAttempts = 5;

absl::StatusOr<std::vector<data::Member>> MembersFromProto(
    const google::protobuf::RepeatedPtrField<v1::Member>& members) {
  if (members.empty() || members.size() > kMaxMembersPerBatch) {
    return data::FieldError("members", absl::StrCat(members.size(), " entries"),
                            absl::StrCat("1 to ", kMaxMembersPerBatch));
  }
  std::vector<data::Member> all;
  std::set<std::string_view> ids;
  for (int i = 0; i < members.size(); ++i) {
    absl::StatusOr<data::Member> member = FromProto(members[i]);
    if (!member.ok()) return WithFieldPrefix(absl::StrCat("members[", i, "]."), member.status());
    if (!ids.insert(members[i].member_id()).second) {
      return data::FieldError(absl::StrCat("members[", i, "].member_id"), members[i].member_id(),
                              "each member once");
    }
    all.push_back(*std::move(member));
  }
  return all;
}

// A stream that ends at once.
class EndedExport final : public grpc::ServerWriteReactor<v1::ExportMemberResponse> {
 public:
  explicit EndedExport(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

MemberRpc::MemberRpc(const CallFrame* frame, MemberStateStore* members, SnapshotHolder* snapshots,
                     Idempotency* idempotency)
    : frame_(frame),
      members_(members),
      snapshots_(snapshots),
      idempotency_(idempotency),
      upsert_(frame->metrics->Method("cofilter.v1.MemberService/UpsertMember")),
      batch_upsert_(frame->metrics->Method("cofilter.v1.MemberService/BatchUpsertMembers")),
      get_preferences_(frame->metrics->Method("cofilter.v1.MemberService/GetPreferences")),
      update_preferences_(frame->metrics->Method("cofilter.v1.MemberService/UpdatePreferences")),
      get_profile_(frame->metrics->Method("cofilter.v1.MemberService/GetMemberProfile")),
      export_(frame->metrics->Method("cofilter.v1.MemberService/ExportMember")),
      erase_(frame->metrics->Method("cofilter.v1.MemberService/EraseMember")) {}

absl::Status MemberRpc::Write(const std::vector<data::Member>& members, bool validate_only) {
  if (validate_only) return absl::OkStatus();
  COFILTER_RETURN_IF_ERROR(members_->Upsert(members));
  const std::shared_ptr<Counters>& counters = snapshots_->Current()->counters;
  for (const data::Member& member : members) counters->SetUnit(member.member_id, member.org_unit);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* MemberRpc::UpsertMember(grpc::CallbackServerContext* context,
                                                  const v1::UpsertMemberRequest* request,
                                                  v1::Member* response) {
  return Serve(*frame_, upsert_, context, {request, response}, Work::kBlocking,
               [this, request, response](const RequestContext&) -> absl::Status {
                 if (!request->has_member()) return data::FieldError("member", "", "a member");
                 const absl::StatusOr<data::Member> member = FromProto(request->member());
                 if (!member.ok()) return WithFieldPrefix("member.", member.status());
                 return idempotency_->Once(
                     upsert_.name(), request->request_id(), request->validate_only(), *request,
                     response, [&]() -> absl::Status {
                       COFILTER_RETURN_IF_ERROR(Write({*member}, request->validate_only()));
                       ToProto(*member, response);
                       return absl::OkStatus();
                     });
               });
}

grpc::ServerUnaryReactor* MemberRpc::BatchUpsertMembers(
    grpc::CallbackServerContext* context, const v1::BatchUpsertMembersRequest* request,
    v1::BatchUpsertMembersResponse* response) {
  return Serve(*frame_, batch_upsert_, context, {request, response}, Work::kBlocking,
               [this, request, response](const RequestContext&) -> absl::Status {
                 COFILTER_ASSIGN_OR_RETURN(const std::vector<data::Member> members,
                                           MembersFromProto(request->members()));
                 return idempotency_->Once(
                     batch_upsert_.name(), request->request_id(), request->validate_only(),
                     *request, response, [&]() -> absl::Status {
                       COFILTER_RETURN_IF_ERROR(Write(members, request->validate_only()));
                       for (const data::Member& member : members) {
                         ToProto(member, response->add_members());
                       }
                       return absl::OkStatus();
                     });
               });
}

grpc::ServerUnaryReactor* MemberRpc::GetPreferences(grpc::CallbackServerContext* context,
                                                    const v1::GetPreferencesRequest* request,
                                                    v1::Preferences* response) {
  return Serve(*frame_, get_preferences_, context, {request, response}, Work::kBlocking,
               [this, request, response](const RequestContext&) -> absl::Status {
                 COFILTER_RETURN_IF_ERROR(data::ValidateId("member_id", request->member_id()));
                 COFILTER_ASSIGN_OR_RETURN(const Preferences preferences,
                                           members_->GetPreferences(request->member_id()));
                 ToProto(request->member_id(), preferences, response);
                 return absl::OkStatus();
               });
}

absl::StatusOr<Preferences> MemberRpc::Update(const v1::UpdatePreferencesRequest& request) {
  const std::string& member_id = request.preferences().member_id();
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<Preferences> current = members_->GetPreferences(member_id);
    if (absl::IsNotFound(current.status())) current = Preferences();
    if (!current.ok()) return current.status();
    const std::string read_etag = current->etag;
    COFILTER_ASSIGN_OR_RETURN(Preferences next, ApplyUpdate(request, *std::move(current)));
    const bool etag_given = !next.etag.empty();
    if (etag_given && next.etag != read_etag) {
      return absl::AbortedError(
          "preferences.etag is not the stored one; read the preferences again");
    }
    next.etag = read_etag;
    if (request.validate_only()) return next;
    absl::StatusOr<Preferences> stored = members_->UpdatePreferences(member_id, next);
    if (etag_given || !absl::IsAborted(stored.status()) || attempt == kUpdateAttempts)
      return stored;
  }
}

grpc::ServerUnaryReactor* MemberRpc::UpdatePreferences(grpc::CallbackServerContext* context,
                                                       const v1::UpdatePreferencesRequest* request,
                                                       v1::Preferences* response) {
  return Serve(*frame_, update_preferences_, context, {request, response}, Work::kBlocking,
               [this, request, response](const RequestContext&) -> absl::Status {
                 if (!request->has_preferences())
                   return data::FieldError("preferences", "", "the new values");
                 const std::string& member_id = request->preferences().member_id();
                 COFILTER_RETURN_IF_ERROR(data::ValidateId("preferences.member_id", member_id));
                 COFILTER_RETURN_IF_ERROR(ApplyUpdate(*request, Preferences()).status());
                 return idempotency_->Once(
                     update_preferences_.name(), request->request_id(), request->validate_only(),
                     *request, response, [&]() -> absl::Status {
                       COFILTER_ASSIGN_OR_RETURN(const Preferences stored, Update(*request));
                       ToProto(member_id, stored, response);
                       return absl::OkStatus();
                     });
               });
}

grpc::ServerUnaryReactor* MemberRpc::GetMemberProfile(grpc::CallbackServerContext* context,
                                                      const v1::GetMemberProfileRequest* request,
                                                      v1::MemberProfile* response) {
  return ServeUnimplemented(*frame_, get_profile_, context, {request, response});
}

grpc::ServerWriteReactor<v1::ExportMemberResponse>* MemberRpc::ExportMember(
    grpc::CallbackServerContext* context, const v1::ExportMemberRequest* request) {
  const absl::StatusOr<Admitted> who = frame_->guard->Admit(export_.name(), *context, request);
  const absl::Status status = who.ok() ? UnimplementedStatus(export_.name()) : who.status();
  export_.Record(status.code(), std::chrono::microseconds(0));
  return new EndedExport(status);
}

grpc::ServerUnaryReactor* MemberRpc::EraseMember(grpc::CallbackServerContext* context,
                                                 const v1::EraseMemberRequest* request,
                                                 v1::EraseMemberResponse* response) {
  return ServeUnimplemented(*frame_, erase_, context, {request, response});
}

}  // namespace cofilter::service
