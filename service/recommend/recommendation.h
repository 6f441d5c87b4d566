// A request for recommendations and its answer, free of any wire format.
#ifndef COFILTER_SERVICE_RECOMMEND_RECOMMENDATION_H_
#define COFILTER_SERVICE_RECOMMEND_RECOMMENDATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/item.h"
#include "service/config/source.h"
#include "service/store/keys.h"

namespace cofilter::service {

// How a list was made, best first. Stored in receipts: never renumber.
enum class Level : std::uint8_t {
  kUnspecified = 0,
  kPersonalised = 1,       // the operator over the member's history, all candidate sources
  kPersonalisedQuick = 2,  // the operator, neighbours only: the deadline was near
  kTrending = 3,           // what members do now, in the member's unit first
  kPopular = 4,            // what the model's training data held most of
  kNewest = 5,             // the latest published
  kEmpty = 6,              // nothing in the catalogue is eligible
};

// One named summand of a score. The lines of an item add up to its score.
enum class LineKind : std::uint8_t {
  kUnspecified = 0,
  kOperator = 1,  // Σ over the history, exactly: reasons plus remainder equal this line
  kContent = 2,   // the same for an item born after the training
  kFreshness = 3,
  kTrending = 4,
  kPopularity = 5,
  kRecency = 6,
  kDiversity = 7,  // what resemblance, a topic's share and repetition take off
  kCredits = 8,
  kRule = 9,
  // The terms of models/news_ranker.h.
  kClickRate = 10,
  kClicks = 11,
  kPlacement = 12,
  kExposure = 13,
  kContentMatch = 14,
};
struct ScoreLine {
  LineKind kind = LineKind::kUnspecified;
  double value = 0;
};

// What one item of the history adds to the operator's or content line; signed.
struct Reason {
  ItemKey item = 0;
  std::string item_id;
  double contribution = 0;
};

struct RecommendedItem {
  ItemKey key = 0;
  std::string item_id;
  std::uint32_t rank = 0;  // from 1, across the pages of a list
  double score = 0;        // higher is better; comparable within one list; above 0: personal
  Source source = Source::kUnspecified;
  std::vector<ScoreLine> lines;
  std::vector<Reason> reasons;  // the largest by magnitude; empty without a personal score
  double remainder = 0;         // of the personal line, not in reasons
  std::string rule_id;          // of the rule that placed it
};

// What a stage did. Drops are counted by reason.
enum class DropReason : std::uint8_t {
  kUnspecified = 0,
  kBlocked = 1,
  kNotPublished = 2,
  kExpired = 3,
  kRetired = 4,
  kOtherKind = 5,
  kOtherUnit = 6,
  kExcludedByRequest = 7,
  kSeen = 8,
  kCompleted = 9,
  kPrerequisite = 10,  // replaced by the first open prerequisite, where there is one
  kMuted = 11,
  kNotInterested = 12,
  kOtherTopic = 13,
  kOtherLanguage = 14,
  kListed = 15,  // on an earlier page, or on another surface of the same page
  kRank = 16,    // past the count
  kSource = 17,  // of a source that the surface does not use
};
struct StageTrace {
  std::string stage;  // "retrieve", "filter", "rank", "rerank", "fallback" (what filled a short
                      // list), "place"
  std::uint32_t in = 0;
  std::uint32_t out = 0;
  std::vector<std::pair<DropReason, std::uint32_t>> drops;
};

struct Revisions {
  std::uint64_t model = 0;  // artifact version; 0: none
  Sequence catalogue = 0;
  Sequence rules = 0;
  std::string configuration;  // digest of the configuration in force, shortened
};

struct RecommendRequest {
  std::string member_id;
  std::string surface;
  std::uint32_t count = 0;  // 0: the surface's default; at most 500
  std::vector<std::string> exclude_item_ids;
  std::vector<std::string> candidate_item_ids;  // only these; empty: all
  std::vector<std::string> topics;              // any of them; empty: all
  std::string language;                         // empty: all
  std::vector<data::ItemKind> kinds;            // empty: the surface's
  std::optional<double> dial;                   // 0..1; absent: the surface's
  std::string page_token;
  bool explain_stages = false;
  std::uint32_t max_reasons = 3;
};

// How varied a list is. Similarity and topics: see diversify.h.
struct ListVariety {
  double similarity = 0;     // mean over all pairs; 0 for fewer than two items
  std::size_t topics = 0;    // different ones
  double largest_topic = 0;  // share of the items that have the commonest topic
};

struct Recommendation {
  std::string recommendation_id;  // UUID
  std::string surface;
  Revisions revisions;
  Level level = Level::kUnspecified;
  bool seen_items_excluded = true;  // false: the store was away, so they could not be
  bool personalised_off = false;    // the member opted out
  double dial = 0;                  // the notch that was used, 0..1
  std::vector<RecommendedItem> items;
  ListVariety variety;
  std::vector<StageTrace> stages;           // when asked for
  std::uint32_t unknown_history_items = 0;  // skipped
  std::string next_page_token;              // empty: no more
  double propensity = 1;                    // with which the list came about, where it explores
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_RECOMMENDATION_H_
