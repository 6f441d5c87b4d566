// Paths are looked up once, by the contract's descriptors, so that a field that is added to the
// contract is checked without anybody remembering to.
#include "service/rpc/call_guard.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/member.h"
#include "google/protobuf/descriptor.h"

namespace cofilter::service {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kLogLinesPerSecond = 5;

void AddPaths(const Descriptor& message, std::initializer_list<std::string_view> names,
              std::vector<const Descriptor*>& above, FieldPath& path, std::vector<FieldPath>& out) {
  // A message that holds itself adds no new kind of place.
  if (std::find(above.begin(), above.end(), &message) != above.end()) return;
  above.push_back(&message);
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor* const field = message.field(i);
    path.push_back(field);
    if (field->type() == FieldDescriptor::TYPE_STRING &&
        std::find(names.begin(), names.end(), field->name()) != names.end()) {
      out.push_back(path);
    }
    if (field->message_type() != nullptr) AddPaths(*field->message_type(), names, above, path, out);
    path.pop_back();
  }
  above.pop_back();
}

// Calls visit with each value at the path's end; stops, and is false, when visit is.
bool ForEachValue(const Message& message, const FieldPath& path, std::size_t depth,
                  const std::function<bool(const std::string&)>& visit) {
  const FieldDescriptor* const field = path[depth];
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const bool last = depth + 1 == path.size();
  std::string scratch;
  if (!field->is_repeated()) {
    if (last) return visit(reflection.GetStringReference(message, field, &scratch));
    return !reflection.HasField(message, field) ||
           ForEachValue(reflection.GetMessage(message, field), path, depth + 1, visit);
  }
  const int size = reflection.FieldSize(message, field);
  for (int i = 0; i < size; ++i) {
    const bool going =
        last ? visit(reflection.GetRepeatedStringReference(message, field, i, &scratch))
             : ForEachValue(reflection.GetRepeatedMessage(message, field, i), path, depth + 1,
                            visit);
    if (!going) return false;
  }
  return true;
}

std::string_view TextFor(Denial denial) {
  switch (denial) {
    case Denial::kNoToken:
      return "the call needs a token: \"authorization: Bearer <token>\" in its metadata";
    case Denial::kExpired:
      return "the token has expired";
    case Denial::kRole:
      return "the caller's roles do not open this call";
    case Denial::kOtherMember:
      return "member_id: a member may name no one else";
    case Denial::kScope:
      return "org_unit: this lies beyond the caller's part of the organisation";
    case Denial::kOrigin:
      return "the request does not come from this server's own page";
    default:
      // Which of its checks a token failed helps nobody who has a right to call.
      return "the token is not accepted";
  }
}

}  // namespace

std::vector<FieldPath> PathsTo(const Descriptor& message,
                               std::initializer_list<std::string_view> names) {
  std::vector<FieldPath> found;
  std::vector<const Descriptor*> above;
  FieldPath path;
  AddPaths(message, names, above, path, found);
  return found;
}

CallGuard::CallGuard(Authenticator* authenticator) : authenticator_(authenticator) {
  for (const CallAccess& access : AccessMatrix()) {
    std::string name(access.method);
    std::replace(name.begin(), name.end(), '/', '.');
    const google::protobuf::MethodDescriptor* const descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
    if (descriptor == nullptr) continue;  // of a contract that this program does not serve
    const std::initializer_list<std::string_view> members = {"member_id", "member_ids"};
    const std::initializer_list<std::string_view> units = {"org_unit", "org_units"};
    methods_.emplace(access.method, Method{&access, PathsTo(*descriptor->input_type(), members),
                                           PathsTo(*descriptor->input_type(), units),
                                           PathsTo(*descriptor->output_type(), members)});
  }
}

Denial CallGuard::CheckRequest(const Method& method, const Admitted& admitted,
                               const Message& request) const {
  if (admitted.own_only) {
    // An empty id names nobody; whether it may be empty is for the call to say.
    const auto own = [&](const std::string& id) {
      return id.empty() || id == admitted.caller->subject;
    };
    for (const FieldPath& path : method.request_members) {
      if (!ForEachValue(request, path, 0, own)) return Denial::kOtherMember;
    }
  }
  const Scope scope = method.access->scope;
  if (admitted.scoped && (scope == Scope::kRequired || scope == Scope::kGiven)) {
    const std::vector<std::string>& subtrees = admitted.caller->org_units;
    bool named = false;
    const auto within = [&](const std::string& unit) {
      if (unit.empty()) return true;
      named = true;
      return std::any_of(subtrees.begin(), subtrees.end(), [&](const std::string& subtree) {
        return data::OrgUnitWithin(unit, subtree);
      });
    };
    for (const FieldPath& path : method.request_units) {
      if (!ForEachValue(request, path, 0, within)) return Denial::kScope;
    }
    const bool everywhere = std::find(subtrees.begin(), subtrees.end(), "/") != subtrees.end();
    if (scope == Scope::kRequired && !named && !everywhere) return Denial::kScope;
  }
  return Denial::kNone;
}

absl::StatusOr<Admitted> CallGuard::Admit(std::string_view name,
                                          const grpc::CallbackServerContext& context,
                                          const Message* request) {
  const auto& metadata = context.client_metadata();
  const auto [begin, end] = metadata.equal_range("authorization");
  // Two of them: another reader of the call might take the other one.
  const bool one = begin != end && std::next(begin) == end;
  Admitted admitted;
  Authenticated who{nullptr, Denial::kNoToken};
  if (one) {
    who =
        authenticator_->Authenticate(std::string_view(begin->second.data(), begin->second.size()));
  } else if (begin != end) {
    who.denial = Denial::kMalformed;
  }
  if (who.caller == nullptr) return Deny(name, who.denial, nullptr);
  admitted.caller = std::move(who.caller);

  const auto found = methods_.find(name);
  if (found == methods_.end()) return Deny(name, Denial::kRole, admitted.caller.get());
  const Method& method = found->second;
  const RoleSet opening = admitted.caller->roles & method.access->roles;
  if (opening.empty()) return Deny(name, Denial::kRole, admitted.caller.get());
  admitted.own_only = opening.Within({Role::kMember});
  admitted.scoped = opening.Within({Role::kEditor, Role::kApprover});
  if (request == nullptr) {
    if (admitted.own_only) return Deny(name, Denial::kRole, admitted.caller.get());
    return admitted;
  }
  const Denial denial = CheckRequest(method, admitted, *request);
  if (denial != Denial::kNone) return Deny(name, denial, admitted.caller.get());
  return admitted;
}

absl::Status CallGuard::CheckAnswer(std::string_view name, const Admitted& admitted,
                                    const Message& answer) {
  if (!admitted.own_only) return absl::OkStatus();
  const auto own = [&](const std::string& id) {
    return id.empty() || id == admitted.caller->subject;
  };
  for (const FieldPath& path : methods_.find(name)->second.answer_members) {
    if (ForEachValue(answer, path, 0, own)) continue;
    Count(name, Denial::kOtherMember, admitted.caller.get());
    return absl::NotFoundError("there is no such thing of this member");
  }
  return absl::OkStatus();
}

absl::Status CallGuard::Deny(std::string_view method, Denial denial, const Caller* caller) {
  Count(method, denial, caller);
  const std::string text(TextFor(denial));
  return denial >= Denial::kRole ? absl::PermissionDeniedError(text)
                                 : absl::UnauthenticatedError(text);
}

bool CallGuard::MayLog() {
  const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(
                                  std::chrono::steady_clock::now().time_since_epoch())
                                  .count();
  std::uint64_t left_out = 0;
  {
    std::lock_guard lock(log_mutex_);
    if (second != log_second_) {
      log_second_ = second;
      log_lines_ = 0;
      left_out = std::exchange(log_left_out_, 0);
    }
    if (++log_lines_ > kLogLinesPerSecond) {
      ++log_left_out_;
      return false;
    }
  }
  if (left_out > 0) spdlog::warn("denied: {} more calls, not told one by one", left_out);
  return true;
}

void CallGuard::Count(std::string_view method, Denial denial, const Caller* caller) {
  denied_[static_cast<std::size_t>(denial)].fetch_add(1, std::memory_order_relaxed);
  if (!MayLog()) return;
  // A subject that may be a member's id does not stand in the log.
  const bool named =
      caller != nullptr && !caller->roles.empty() && !caller->roles.Has(Role::kMember);
  spdlog::warn("denied {}: {}; roles: {}{}{}", method, DenialName(denial),
               caller == nullptr ? "unknown" : caller->roles.ToText(), named ? "; caller: " : "",
               named ? caller->subject : "");
}

}  // namespace cofilter::service
