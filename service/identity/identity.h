// Who is who, as a running server holds it: trusted issuers, the local key, the operator's token.
#ifndef COFILTER_SERVICE_IDENTITY_IDENTITY_H_
#define COFILTER_SERVICE_IDENTITY_IDENTITY_H_

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/config/identity_config.h"
#include "service/identity/authenticator.h"
#include "service/identity/sign_in.h"

namespace cofilter::service {

struct IdentityOptions {
  const runtime::Clock* clock = &runtime::SystemClock::Instance();
  bool run_thread = true;  // false: only Follow() looks at the files
};

// Thread-safety: all calls from any thread.
class Identity {
 public:
  // Reads the key files; makes the local key and the operator's token where there is none.
  // store_path: beside it lie the two files that the configuration does not name.
  // Errors: those of the files, each with its path; nobody is let in by a file that is wrong.
  static absl::StatusOr<std::unique_ptr<Identity>> Open(const IdentityConfig& config,
                                                        const std::string& store_path,
                                                        IdentityOptions options = {});
  virtual ~Identity() = default;

  virtual Authenticator& authenticator() = 0;
  // nullptr: without a local key nobody can be signed in.
  virtual SignIn* sign_in() = 0;

  // Looks at the files now: reads again what changed, and renews the operator's token when half of
  // its time is over. A file that is wrong is named in the log, and what was read before it stays.
  // Done every second by a thread.
  virtual void Follow() = 0;

  // Empty without a local key.
  virtual const std::string& operator_token_path() const = 0;
  // The token, if Open made the first one; to be shown once.
  virtual const std::string& first_operator_token() const = 0;
};

// Where the files lie when the configuration does not say.
std::string DefaultLocalKeyPath(const std::string& store_path);
std::string DefaultOperatorTokenPath(const std::string& store_path);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_IDENTITY_H_
