// xAPI's verbs, by their ids, and ours. A verb that is not here is kept unweighted.
#include "data/import/xapi_verbs.h"

#include <array>

namespace cofilter::data {
namespace {

constexpr auto kVerbs = std::to_array<VerbPair>({
    // ADL's vocabulary and cmi5. Voided is no verb of ours: it becomes a retraction.
    {"http://adlnet.gov/expapi/verbs/experienced", Verb::kRead},
    {"http://adlnet.gov/expapi/verbs/attempted", Verb::kOpen},
    {"http://adlnet.gov/expapi/verbs/initialized", Verb::kOpen},
    {"http://adlnet.gov/expapi/verbs/launched", Verb::kOpen},
    {"http://adlnet.gov/expapi/verbs/resumed", Verb::kOpen},
    {"http://adlnet.gov/expapi/verbs/progressed", Verb::kProgress},
    {"http://adlnet.gov/expapi/verbs/completed", Verb::kComplete},
    {"http://adlnet.gov/expapi/verbs/attended", Verb::kComplete},
    {"http://adlnet.gov/expapi/verbs/passed", Verb::kPass},
    {"http://adlnet.gov/expapi/verbs/mastered", Verb::kPass},
    {"http://adlnet.gov/expapi/verbs/failed", Verb::kFail},
    {"http://adlnet.gov/expapi/verbs/preferred", Verb::kLike},
    {"http://adlnet.gov/expapi/verbs/shared", Verb::kShare},
    {"http://adlnet.gov/expapi/verbs/commented", Verb::kComment},
    {"http://adlnet.gov/expapi/verbs/registered", Verb::kSubscribe},
    {"https://w3id.org/xapi/adl/verbs/satisfied", Verb::kComplete},
    {"https://w3id.org/xapi/adl/verbs/logged-in", Verb::kVisit},
    // The video profile.
    {"https://w3id.org/xapi/video/verbs/played", Verb::kOpen},
    {"https://w3id.org/xapi/video/verbs/paused", Verb::kProgress},
    // Rustici's registry, Activity Streams, and the vocabularies that learning systems emit.
    {"http://id.tincanapi.com/verb/viewed", Verb::kOpen},
    {"http://id.tincanapi.com/verb/previewed", Verb::kOpen},
    {"http://id.tincanapi.com/verb/downloaded", Verb::kSave},
    {"http://id.tincanapi.com/verb/bookmarked", Verb::kSave},
    {"http://id.tincanapi.com/verb/replied", Verb::kComment},
    {"http://activitystrea.ms/read", Verb::kRead},
    {"http://activitystrea.ms/watch", Verb::kRead},
    {"http://activitystrea.ms/listen", Verb::kRead},
    {"http://activitystrea.ms/open", Verb::kOpen},
    {"http://activitystrea.ms/access", Verb::kOpen},
    {"http://activitystrea.ms/start", Verb::kOpen},
    {"http://activitystrea.ms/complete", Verb::kComplete},
    {"http://activitystrea.ms/like", Verb::kLike},
    {"http://activitystrea.ms/favorite", Verb::kLike},
    {"http://activitystrea.ms/share", Verb::kShare},
    {"http://activitystrea.ms/save", Verb::kSave},
    {"http://activitystrea.ms/follow", Verb::kSubscribe},
    {"http://activitystrea.ms/join", Verb::kSubscribe},
    {"http://activitystrea.ms/schema/1.0/read", Verb::kRead},
    {"http://activitystrea.ms/schema/1.0/watch", Verb::kRead},
    {"http://activitystrea.ms/schema/1.0/listen", Verb::kRead},
    {"http://activitystrea.ms/schema/1.0/open", Verb::kOpen},
    {"http://activitystrea.ms/schema/1.0/access", Verb::kOpen},
    {"http://activitystrea.ms/schema/1.0/start", Verb::kOpen},
    {"http://activitystrea.ms/schema/1.0/complete", Verb::kComplete},
    {"http://activitystrea.ms/schema/1.0/like", Verb::kLike},
    {"http://activitystrea.ms/schema/1.0/favorite", Verb::kLike},
    {"http://activitystrea.ms/schema/1.0/share", Verb::kShare},
    {"http://activitystrea.ms/schema/1.0/save", Verb::kSave},
    {"http://activitystrea.ms/schema/1.0/follow", Verb::kSubscribe},
    {"http://activitystrea.ms/schema/1.0/join", Verb::kSubscribe},
    {"https://w3id.org/xapi/tla/verbs/resumed", Verb::kOpen},
    {"https://w3id.org/xapi/tla/verbs/achieved", Verb::kComplete},
    {"https://w3id.org/xapi/acrossx/verbs/viewed", Verb::kOpen},
    {"https://w3id.org/xapi/acrossx/verbs/liked", Verb::kLike},
    {"https://xapi.edlm/profiles/edlm-lms/concepts/verbs/enrolled", Verb::kSubscribe},
    {"https://xapi.edlm/profiles/edlm-lms/concepts/verbs/subscribed", Verb::kSubscribe},
    {"https://xapi.edlm/profiles/edlm-lms/concepts/verbs/login", Verb::kVisit},
});

}  // namespace

std::span<const VerbPair> XapiVerbs() { return kVerbs; }

}  // namespace cofilter::data
