// How a browser signs in and stays signed in: the page of a sign-in link, the exchange of its code
// for a session's cookie, and the cookie as a token.
#ifndef COFILTER_SERVICE_HTTP_SIGN_IN_ROUTES_H_
#define COFILTER_SERVICE_HTTP_SIGN_IN_ROUTES_H_

#include "grpcpp/client_context.h"
#include "service/http/message.h"
#include "service/http/router.h"
#include "service/identity/sign_in.h"

namespace cofilter::service::http {

// GET kSignInPath is the page, whose script takes the code from the link's fragment; POST there
// takes the code as text and sets the cookie (204), or says 401. POST /sign-out clears the cookie.
// Ownership: sign_in outlives the routes; nullptr, where there is no local key: nobody can be
// signed in, and only /sign-out answers.
void AddSignInRoutes(SignIn* sign_in, Router* router);

// Adds the session's token as authorization, where the request is of our own page and brings no
// authorization itself. Whether the token is good is for whoever serves the call.
void UseSession(const Request& request, grpc::ClientContext* context);

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_SIGN_IN_ROUTES_H_
