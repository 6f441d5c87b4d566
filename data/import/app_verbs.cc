// The list.
#include "data/import/app_verbs.h"

#include <array>

namespace cofilter::data {
namespace {

constexpr auto kVerbs = std::to_array<VerbPair>({
    {"shown", Verb::kImpression},
    {"displayed", Verb::kImpression},
    {"view", Verb::kOpen},
    {"viewed", Verb::kOpen},
    {"click", Verb::kOpen},
    {"clicked", Verb::kOpen},
    {"opened", Verb::kOpen},
    {"start", Verb::kOpen},
    {"started", Verb::kOpen},
    {"watch", Verb::kRead},
    {"watched", Verb::kRead},
    {"listen", Verb::kRead},
    {"listened", Verb::kRead},
    {"progressed", Verb::kProgress},
    {"finish", Verb::kComplete},
    {"finished", Verb::kComplete},
    {"completed", Verb::kComplete},
    {"passed", Verb::kPass},
    {"failed", Verb::kFail},
    {"star", Verb::kLike},
    {"starred", Verb::kLike},
    {"liked", Verb::kLike},
    {"favorite", Verb::kLike},
    {"favorited", Verb::kLike},
    {"shared", Verb::kShare},
    {"commented", Verb::kComment},
    {"bookmark", Verb::kSave},
    {"bookmarked", Verb::kSave},
    {"saved", Verb::kSave},
    {"download", Verb::kSave},
    {"downloaded", Verb::kSave},
    {"dislike", Verb::kDismiss},
    {"disliked", Verb::kDismiss},
    {"dismissed", Verb::kDismiss},
    {"hide", Verb::kDismiss},
    {"hidden", Verb::kDismiss},
    {"follow", Verb::kSubscribe},
    {"followed", Verb::kSubscribe},
    {"enrol", Verb::kSubscribe},
    {"enroll", Verb::kSubscribe},
    {"enrolled", Verb::kSubscribe},
    {"register", Verb::kSubscribe},
    {"registered", Verb::kSubscribe},
    {"subscribed", Verb::kSubscribe},
});

}  // namespace

std::span<const VerbPair> AppVerbs() { return kVerbs; }

}  // namespace cofilter::data
