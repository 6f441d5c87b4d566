// token: signs short-lived tokens with the local key, and links that sign a person in.
#include <chrono>
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "runtime/clock.h"
#include "runtime/status_macros.h"
#include "service/identity/local_key.h"
#include "service/identity/sign_in.h"

namespace cofilter::cli {
namespace {

struct TokenFlags {
  std::string key = "var/local.key";
  std::string subject;
  std::vector<std::string> roles;
  std::vector<std::string> org_units;
  std::chrono::minutes lifetime{60};
  std::string sign_in;
  bool make_key = false;
};

absl::StatusOr<service::TokenContent> ContentOf(const TokenFlags& flags) {
  service::TokenContent content;
  COFILTER_RETURN_IF_ERROR(data::ValidateId("subject", flags.subject));
  content.subject = flags.subject;
  for (const std::string& name : flags.roles) {
    const std::optional<service::Role> role = service::RoleFromName(name);
    if (!role)
      return data::FieldError("role", name, "member, backend, editor, approver, auditor, operator");
    content.roles.Add(*role);
  }
  for (const std::string& unit : flags.org_units) {
    COFILTER_RETURN_IF_ERROR(data::ValidateOrgUnit("org-unit", unit));
    if (unit.empty()) return data::FieldError("org-unit", unit, "a path, as \"/hq\"");
  }
  if (!flags.org_units.empty()) content.org_units = flags.org_units;
  content.lifetime = flags.lifetime;
  content.issued_at = runtime::SystemClock::Instance().Now();
  return content;
}

absl::Status Run(const Invocation& invocation, const TokenFlags& flags) {
  COFILTER_ASSIGN_OR_RETURN(const service::TokenContent content, ContentOf(flags));
  absl::StatusOr<service::LocalKey> loaded = flags.make_key
                                                 ? service::LocalKey::LoadOrCreate(flags.key)
                                                 : service::LocalKey::Load(flags.key);
  if (absl::IsNotFound(loaded.status())) {
    return absl::NotFoundError(absl::StrCat(
        flags.key, ": there is no such key; the server makes one beside its store, or --make-key"));
  }
  COFILTER_ASSIGN_OR_RETURN(const service::LocalKey key, std::move(loaded));
  const bool link = !flags.sign_in.empty();
  const std::string made = link
                               ? absl::StrCat(flags.sign_in, flags.sign_in.back() == '/' ? "" : "/",
                                              std::string(service::kSignInPath.substr(1)), "#",
                                              service::MakeSignInCode(key, content))
                               : key.Sign(content);
  if (!invocation.json) {
    std::cout << made << '\n';
    return absl::OkStatus();
  }
  const runtime::Duration lifetime =
      link ? runtime::Duration(service::kSignInLifetime) : content.lifetime;
  std::cout << nlohmann::json({{link ? "link" : "token", made},
                               {"expires_at", runtime::FormatTime(content.issued_at + lifetime)}})
                   .dump()
            << '\n';
  return absl::OkStatus();
}

}  // namespace

void AddTokenCommand(CLI::App* app, Invocation* invocation) {
  auto flags = std::make_shared<TokenFlags>();
  auto minutes = std::make_shared<int>(60);
  CLI::App* token = AddCommand(
      app, invocation, "token", "Sign a token with the server's local key, or a link to sign in by",
      "  cofilter token --role backend --subject app\n"
      "  cofilter token --role editor --org-unit /hq --subject ann --minutes 480\n"
      "  cofilter token --role editor --subject ann --sign-in http://127.0.0.1:8471",
      [invocation, flags, minutes] {
        flags->lifetime = std::chrono::minutes(*minutes);
        return Run(*invocation, *flags);
      });
  token
      ->add_option("--role", flags->roles,
                   "member, backend, editor, approver, auditor or operator; may be repeated")
      ->required();
  token->add_option("--subject", flags->subject, "Whom it names; for the role member the member_id")
      ->required();
  token->add_option("--org-unit", flags->org_units,
                    "Subtree in which an editor or approver may act; may be repeated");
  token->add_option("--minutes", *minutes, "How long it is good")
      ->check(CLI::Range(1, 7 * 24 * 60))
      ->capture_default_str();
  token->add_option("--key", flags->key, "The local key, which lies beside the store")
      ->envname("COFILTER_LOCAL_KEY")
      ->capture_default_str();
  token->add_flag("--make-key", flags->make_key, "Make the key where there is none");
  token->add_option(
      "--sign-in", flags->sign_in,
      "Print a link to this address that signs a browser in, once, within 10 minutes");
}

}  // namespace cofilter::cli
