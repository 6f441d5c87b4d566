// MemberService: adapters over the members' state.
#ifndef COFILTER_SERVICE_RPC_MEMBER_SERVICE_H_
#define COFILTER_SERVICE_RPC_MEMBER_SERVICE_H_

#include <vector>

#include "cofilter/v1/member_service.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/idempotency.h"
#include "service/snapshot/snapshot_holder.h"
#include "service/store/member_state.h"

namespace cofilter::service {

class MemberRpc final : public v1::MemberService::CallbackService {
 public:
  // All outlive it.
  MemberRpc(const CallFrame* frame, MemberStateStore* members, SnapshotHolder* snapshots,
            Idempotency* idempotency);

  grpc::ServerUnaryReactor* UpsertMember(grpc::CallbackServerContext* context,
                                         const v1::UpsertMemberRequest* request,
                                         v1::Member* response) override;
  grpc::ServerUnaryReactor* BatchUpsertMembers(grpc::CallbackServerContext* context,
                                               const v1::BatchUpsertMembersRequest* request,
                                               v1::BatchUpsertMembersResponse* response) override;
  grpc::ServerUnaryReactor* GetPreferences(grpc::CallbackServerContext* context,
                                           const v1::GetPreferencesRequest* request,
                                           v1::Preferences* response) override;
  grpc::ServerUnaryReactor* UpdatePreferences(grpc::CallbackServerContext* context,
                                              const v1::UpdatePreferencesRequest* request,
                                              v1::Preferences* response) override;
  grpc::ServerUnaryReactor* GetMemberProfile(grpc::CallbackServerContext* context,
                                             const v1::GetMemberProfileRequest* request,
                                             v1::MemberProfile* response) override;
  grpc::ServerWriteReactor<v1::ExportMemberResponse>* ExportMember(
      grpc::CallbackServerContext* context, const v1::ExportMemberRequest* request) override;
  grpc::ServerUnaryReactor* EraseMember(grpc::CallbackServerContext* context,
                                        const v1::EraseMemberRequest* request,
                                        v1::EraseMemberResponse* response) override;

 private:
  absl::Status Write(const std::vector<data::Member>& members, bool validate_only);
  absl::StatusOr<Preferences> Update(const v1::UpdatePreferencesRequest& request);

  const CallFrame* const frame_;
  MemberStateStore* const members_;
  SnapshotHolder* const snapshots_;
  Idempotency* const idempotency_;
  MethodMetrics& upsert_;
  MethodMetrics& batch_upsert_;
  MethodMetrics& get_preferences_;
  MethodMetrics& update_preferences_;
  MethodMetrics& get_profile_;
  MethodMetrics& export_;
  MethodMetrics& erase_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_MEMBER_SERVICE_H_
