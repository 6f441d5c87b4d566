// The table of precedence, and the walk along prerequisites.
#include "service/recommend/filter.h"

#include <algorithm>
#include <cctype>

#include "data/member.h"

namespace cofilter::service {
namespace {

bool AnyIn(const std::vector<std::string>& topics, std::span<const std::string> wanted) {
  return std::any_of(topics.begin(), topics.end(), [&](const std::string& topic) {
    return std::find(wanted.begin(), wanted.end(), topic) != wanted.end();
  });
}

// BCP 47: "zh" holds "zh-CN"; case means nothing.
bool LanguageWithin(std::string_view language, std::string_view wanted) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  if (language.size() < wanted.size()) return false;
  if (!std::equal(wanted.begin(), wanted.end(), language.begin(), same)) return false;
  return language.size() == wanted.size() || language[wanted.size()] == '-';
}

bool InUnit(const FilterContext& context, const std::vector<std::string>& units) {
  return !context.unit.empty() &&
         std::any_of(units.begin(), units.end(), [&](const std::string& unit) {
           return data::OrgUnitWithin(context.unit, unit);
         });
}

bool OtherLanguage(const FilterContext& context, const std::string& language) {
  return !language.empty() && !LanguageWithin(language, context.language);
}

struct Asked {
  ItemKey key;
  std::uint16_t marks;
  const ItemTraits& traits;
};

bool Applies(DropReason reason, const FilterContext& context, const Asked& asked) {
  // The item itself lies elsewhere in memory: it is looked up where its texts matter.
  const auto item = [&]() -> const data::Item& { return context.catalogue->Find(asked.key)->item; };
  switch (reason) {
    case DropReason::kBlocked:
      return (asked.marks & Marks::kBlocked) != 0;
    case DropReason::kRetired:
      return !asked.traits.Has(ItemTraits::kActive);
    case DropReason::kNotPublished:
      return asked.traits.visible_from > context.now;
    case DropReason::kExpired:
      return asked.traits.visible_until <= context.now;
    case DropReason::kOtherKind:
      return ((context.kinds >> static_cast<unsigned>(asked.traits.kind)) & 1u) == 0;
    case DropReason::kOtherUnit:
      return asked.traits.Has(ItemTraits::kHasUnits) && !InUnit(context, item().org_units);
    case DropReason::kExcludedByRequest:
      return (asked.marks & Marks::kExcluded) != 0 ||
             (context.only_given && (asked.marks & Marks::kGiven) == 0);
    case DropReason::kListed:
      return (asked.marks & Marks::kListed) != 0;
    case DropReason::kOtherTopic:
      return !context.topics.empty() && !AnyIn(item().topics, context.topics);
    case DropReason::kOtherLanguage:
      return !context.language.empty() && OtherLanguage(context, item().language);
    case DropReason::kCompleted:
      return (asked.marks & Marks::kCompleted) != 0;
    case DropReason::kSeen:
      return (asked.marks & Marks::kSeen) != 0;
    case DropReason::kNotInterested:
      return (asked.marks & Marks::kNotInterested) != 0;
    case DropReason::kMuted:
      return !context.muted_topics.empty() && AnyIn(item().topics, context.muted_topics);
    case DropReason::kPrerequisite:
    case DropReason::kRank:
    case DropReason::kSource:
    case DropReason::kUnspecified:
      break;
  }
  return false;
}

// Most candidates are like this one: nothing of the table can apply.
bool IsPlain(const FilterContext& context, const Asked& asked) {
  return (asked.marks & Marks::kDrops) == 0 && !context.only_given &&
         (asked.traits.flags & (ItemTraits::kActive | ItemTraits::kHasUnits)) ==
             ItemTraits::kActive &&
         asked.traits.visible_from <= context.now && context.now < asked.traits.visible_until &&
         ((context.kinds >> static_cast<unsigned>(asked.traits.kind)) & 1u) != 0 &&
         context.topics.empty() && context.muted_topics.empty() && context.language.empty();
}

// Keys that were unknown when the item was read may be known by now.
ItemKey PrerequisiteKey(const FilterContext& context, const CatalogueItem& item,
                        std::size_t which) {
  const ItemKey key = item.prerequisites[which];
  return key != 0 ? key : context.catalogue->keys().Find(item.item.prerequisites[which]);
}

bool IsDone(const FilterContext& context, ItemKey key) {
  return key != 0 && context.marks->Has(key, Marks::kDone);
}

// Each item is looked at once, so a diamond of prerequisites costs what it holds; cycles end too.
ItemKey Open(const FilterContext& context, ItemKey closed, std::vector<ItemKey>& looked_at,
             int depth) {
  constexpr int kDeepest = 64;
  // Bounded: a graph of prerequisites may be large, and each step looks through what it has seen.
  constexpr std::size_t kMostLookedAt = 512;
  if (depth == kDeepest || looked_at.size() >= kMostLookedAt) return 0;
  const CatalogueItem& item = *context.catalogue->Find(closed);
  for (std::size_t i = 0; i < item.prerequisites.size(); ++i) {
    const ItemKey key = PrerequisiteKey(context, item, i);
    if (IsDone(context, key)) continue;
    if (std::find(looked_at.begin(), looked_at.end(), key) != looked_at.end()) continue;
    looked_at.push_back(key);
    if (!context.catalogue->Traits(key).Has(ItemTraits::kKnown)) continue;
    if (HasOpenPrerequisites(context, key)) {
      if (const ItemKey deeper = Open(context, key, looked_at, depth + 1)) return deeper;
    } else if (FirstDrop(context, key) == DropReason::kUnspecified) {
      return key;
    }
  }
  return 0;
}

}  // namespace

DropReason FirstDrop(const FilterContext& context, ItemKey key) {
  const Asked asked{key, context.marks->Of(key), context.catalogue->Traits(key)};
  if (IsPlain(context, asked)) return DropReason::kUnspecified;
  for (const DropReason reason : kPrecedence) {
    if (Applies(reason, context, asked)) return reason;
  }
  return DropReason::kUnspecified;
}

bool HasOpenPrerequisites(const FilterContext& context, ItemKey key) {
  if (!context.catalogue->Traits(key).Has(ItemTraits::kHasPrerequisites)) return false;
  const CatalogueItem& item = *context.catalogue->Find(key);
  for (std::size_t i = 0; i < item.prerequisites.size(); ++i) {
    if (!IsDone(context, PrerequisiteKey(context, item, i))) return true;
  }
  return false;
}

ItemKey FirstOpenPrerequisite(const FilterContext& context, ItemKey key) {
  std::vector<ItemKey> looked_at = {key};
  return Open(context, key, looked_at, 0);
}

void Filter(const FilterContext& context, Marks& marks, std::vector<Candidate>& candidates,
            std::vector<ItemKey>& openers, StageTrace& trace) {
  trace.in += static_cast<std::uint32_t>(candidates.size());
  std::size_t kept = 0;
  for (const Candidate& candidate : candidates) {
    DropReason reason = FirstDrop(context, candidate.key);
    if (reason == DropReason::kUnspecified && HasOpenPrerequisites(context, candidate.key)) {
      reason = DropReason::kPrerequisite;
      const ItemKey opener = FirstOpenPrerequisite(context, candidate.key);
      if (opener != 0 && !marks.Has(opener, Marks::kCandidate)) {
        marks.Add(opener, Marks::kCandidate);
        openers.push_back(opener);
      }
    }
    if (reason == DropReason::kUnspecified) {
      candidates[kept++] = candidate;
    } else {
      CountDrop(trace, reason);
    }
  }
  candidates.resize(kept);
  trace.out += static_cast<std::uint32_t>(kept + openers.size());
}

}  // namespace cofilter::service
