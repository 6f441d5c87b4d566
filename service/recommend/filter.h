// The filter: what may not be served, by what right, and what is served in place of a course that
// is not open yet.
#ifndef COFILTER_SERVICE_RECOMMEND_FILTER_H_
#define COFILTER_SERVICE_RECOMMEND_FILTER_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "service/recommend/candidate.h"
#include "service/recommend/marks.h"
#include "service/recommend/recommendation.h"
#include "service/snapshot/snapshot.h"

namespace cofilter::service {

// Precedence, strongest first: of several reasons to drop an item the first counts. A rule that
// mandates or pins an item stands between kCompleted and kSeen: it overrides what comes after,
// never what comes before.
inline constexpr std::array<DropReason, 14> kPrecedence = {
    DropReason::kBlocked,
    DropReason::kRetired,
    DropReason::kNotPublished,
    DropReason::kExpired,
    DropReason::kOtherKind,
    DropReason::kOtherUnit,
    DropReason::kExcludedByRequest,
    DropReason::kListed,
    DropReason::kOtherTopic,
    DropReason::kOtherLanguage,
    DropReason::kCompleted,  // mandatory, pin
    DropReason::kSeen,
    DropReason::kNotInterested,
    DropReason::kMuted};
// kPrerequisite comes after all of them: the item itself is fine, another must come first.

// What the filter asks about. Everything is the caller's and outlives it.
struct FilterContext {
  const Catalogue* catalogue = nullptr;
  runtime::Time now{};
  std::uint32_t kinds = 0;  // bit 1 << ItemKind: what the surface and the request allow
  std::string_view unit;    // of the member; empty: unknown, items for some units are left out
  std::span<const std::string> muted_topics;
  std::span<const std::string> topics;  // any of them; empty: all
  std::string_view language;            // of the request; items of unknown language stay
  bool only_given = false;              // what is not marked kGiven is excluded by the request
  const Marks* marks = nullptr;
};

// The first reason in kPrecedence, or kUnspecified: may be served, prerequisites aside.
// The catalogue has an item of that key.
DropReason FirstDrop(const FilterContext& context, ItemKey key);

bool HasOpenPrerequisites(const FilterContext& context, ItemKey key);
// The item to take first: among the prerequisites in their order, and theirs before them, the first
// that is not done, needs nothing more itself, and may be served. 0: none.
ItemKey FirstOpenPrerequisite(const FilterContext& context, ItemKey key);

// Drops candidates, in place, in order. Appends to `openers` what is to be taken first, each once
// and none that is a candidate already: the caller scores them like any other. Marks them
// kCandidate.
void Filter(const FilterContext& context, Marks& marks, std::vector<Candidate>& candidates,
            std::vector<ItemKey>& openers, StageTrace& trace);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_FILTER_H_
