// Files in, keys out; the thread that looks after them.
#include "service/identity/identity.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/file_stamp.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/identity/follower.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kMaxJwksBytes = 1u << 20;
constexpr std::chrono::hours kOperatorLifetime{30 * 24};
constexpr std::string_view kOperatorSubject = "local-operator";

runtime::Duration SkewOf(const IdentityConfig& config) {
  return runtime::Duration(static_cast<std::int64_t>(config.clock_skew_seconds * 1e6));
}

TrustedIssuer TrustedOf(const IssuerConfig& config, runtime::Duration skew) {
  TrustedIssuer trusted;
  trusted.issuer = config.issuer;
  for (const std::string& name : config.algorithms) {
    if (const auto algorithm = AlgorithmFromName(name)) trusted.algorithms.push_back(*algorithm);
  }
  trusted.rules.audience = config.audience;
  trusted.rules.roles_claim = config.roles_claim;
  trusted.rules.org_units_claim = config.org_units_claim;
  trusted.rules.clock_skew = skew;
  if (!config.grants.empty()) {
    trusted.rules.grants = RoleSet();
    for (const std::string& name : config.grants) {
      if (const auto role = RoleFromName(name)) trusted.rules.grants.Add(*role);
    }
  }
  return trusted;
}

std::vector<TrustedIssuer> IssuersOf(const IdentityConfig& config) {
  std::vector<TrustedIssuer> issuers;
  for (const IssuerConfig& issuer : config.issuers)
    issuers.push_back(TrustedOf(issuer, SkewOf(config)));
  if (config.local) {
    issuers.push_back({std::string(kLocalIssuer), {Algorithm::kEdDsa}, LocalRules(SkewOf(config))});
  }
  return issuers;
}

std::string Beside(const std::string& store_path, const char* name) {
  return (std::filesystem::path(store_path).parent_path() / name).string();
}

class FileIdentity final : public Identity {
 public:
  FileIdentity(const IdentityConfig& config, const std::string& store_path,
               const IdentityOptions& options)
      : config_(config),
        clock_(options.clock),
        local_key_path_(config.local_key.empty() ? DefaultLocalKeyPath(store_path)
                                                 : config.local_key),
        operator_token_path_(!config.local                   ? ""
                             : config.operator_token.empty() ? DefaultOperatorTokenPath(store_path)
                                                             : config.operator_token),
        stamps_(config.issuers.size()),
        authenticator_(options.clock, IssuersOf(config), config.cached_tokens) {}

  absl::Status Load(bool run_thread) {
    for (std::size_t i = 0; i < config_.issuers.size(); ++i)
      COFILTER_RETURN_IF_ERROR(LoadIssuer(i));
    if (config_.local) {
      const bool first = !std::filesystem::exists(operator_token_path_);
      COFILTER_RETURN_IF_ERROR(LocalKey::LoadOrCreate(local_key_path_).status());
      COFILTER_RETURN_IF_ERROR(LoadLocalKey());
      COFILTER_RETURN_IF_ERROR(KeepOperatorToken());
      if (first) {
        COFILTER_ASSIGN_OR_RETURN(first_token_,
                                  runtime::ReadFile(operator_token_path_, kMaxTokenBytes));
      }
    }
    if (run_thread) follower_ = std::make_unique<Follower>([this] { Follow(); });
    return absl::OkStatus();
  }

  Authenticator& authenticator() override { return authenticator_; }
  SignIn* sign_in() override { return sign_in_ ? &*sign_in_ : nullptr; }
  const std::string& operator_token_path() const override { return operator_token_path_; }
  const std::string& first_operator_token() const override { return first_token_; }

  void Follow() override {
    std::lock_guard lock(follow_mutex_);
    for (std::size_t i = 0; i < config_.issuers.size(); ++i) {
      if (runtime::StampOf(config_.issuers[i].jwks) != stamps_[i]) Warn(LoadIssuer(i));
    }
    if (!config_.local) return;
    if (runtime::StampOf(local_key_path_) != local_stamp_) Warn(LoadLocalKey());
    Warn(KeepOperatorToken());
  }

 private:
  // The stamp is taken first: a change while the file is read is seen at the next look.
  absl::Status LoadIssuer(std::size_t index) {
    const IssuerConfig& issuer = config_.issuers[index];
    stamps_[index] = runtime::StampOf(issuer.jwks);
    COFILTER_ASSIGN_OR_RETURN(const std::string text,
                              runtime::ReadFile(issuer.jwks, kMaxJwksBytes));
    COFILTER_ASSIGN_OR_RETURN(KeySet keys, KeySet::Parse(text, issuer.jwks));
    for (const std::string& skipped : keys.skipped()) spdlog::warn("key passed over: {}", skipped);
    spdlog::info("issuer {}: {} keys from {}", issuer.name, keys.size(), issuer.jwks);
    authenticator_.SetKeys(index, std::move(keys));
    return absl::OkStatus();
  }

  absl::Status LoadLocalKey() {
    local_stamp_ = runtime::StampOf(local_key_path_);
    const absl::StatusOr<LocalKey> key = LocalKey::Load(local_key_path_);
    if (!key.ok()) return key.status();
    authenticator_.SetKeys(config_.issuers.size(), key->ToKeySet());
    operator_until_ = {};  // the token of the old key is no good any more
    if (sign_in_) {
      sign_in_->SetKey(*key);
      spdlog::info("the local key was replaced: tokens of the old one are refused from now on");
    } else {
      sign_in_.emplace(clock_, *key, SkewOf(config_));
    }
    local_key_ = *key;
    return absl::OkStatus();
  }

  absl::Status KeepOperatorToken() {
    const runtime::Time now = clock_->Now();
    if (operator_until_ - now > kOperatorLifetime / 2) return absl::OkStatus();
    const absl::StatusOr<std::string> kept =
        runtime::ReadFile(operator_token_path_, kMaxTokenBytes);
    if (kept.ok()) {
      const Authenticated known =
          authenticator_.AuthenticateToken(kept->substr(0, kept->find('\n')));
      if (known.caller != nullptr && known.caller->expires_at - now > kOperatorLifetime / 2) {
        operator_until_ = known.caller->expires_at;
        return absl::OkStatus();
      }
    }
    TokenContent content;
    content.subject = kOperatorSubject;
    content.roles = {Role::kOperator};
    content.issued_at = now;
    content.lifetime = kOperatorLifetime;
    COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(
        operator_token_path_, absl::StrCat(local_key_->Sign(content), "\n"), 0600));
    operator_until_ = now + kOperatorLifetime;
    spdlog::info("operator token written to {}", operator_token_path_);
    return absl::OkStatus();
  }

  static void Warn(const absl::Status& status) {
    if (status.ok()) return;
    spdlog::warn("identity: {}; what was read before it stays in force",
                 std::string(status.message()));
  }

  const IdentityConfig config_;
  const runtime::Clock* const clock_;
  const std::string local_key_path_;
  const std::string operator_token_path_;
  std::string first_token_;

  std::mutex follow_mutex_;  // of what only Load and Follow touch
  std::vector<runtime::FileStamp> stamps_;
  runtime::FileStamp local_stamp_;
  std::optional<LocalKey> local_key_;
  runtime::Time operator_until_{};

  Authenticator authenticator_;
  std::optional<SignIn> sign_in_;  // made once, by Load

  std::unique_ptr<Follower> follower_;  // the last: it uses the others
};

}  // namespace

absl::StatusOr<std::unique_ptr<Identity>> Identity::Open(const IdentityConfig& config,
                                                         const std::string& store_path,
                                                         IdentityOptions options) {
  auto identity = std::make_unique<FileIdentity>(config, store_path, options);
  COFILTER_RETURN_IF_ERROR(identity->Load(options.run_thread));
  return std::unique_ptr<Identity>(std::move(identity));
}

std::string DefaultLocalKeyPath(const std::string& store_path) {
  return Beside(store_path, "local.key");
}

std::string DefaultOperatorTokenPath(const std::string& store_path) {
  return Beside(store_path, "operator.token");
}

}  // namespace cofilter::service
