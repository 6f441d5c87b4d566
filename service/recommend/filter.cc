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
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  if (language.size() < wanted.size()) return false;
  if (!std::equal(wanted.begin(), wanted.end(), language.begin(), same)) return false;
  return language.size() == wanted.size() || language[wanted.size()] == '-';
}

bool OtherUnit(const FilterContext& context, const CatalogueItem& item) {
  const std::vector<std::string>& units = item.item.org_units;
  return !units.empty() && std::none_of(units.begin(), units.end(), [&](const std::string& unit) {
    return !context.unit.empty() && data::OrgUnitWithin(context.unit, unit);
  });
}

bool Applies(DropReason reason, const FilterContext& context, const CatalogueItem& item, std::uint16_t marks) {
  switch (reason) {
    case DropReason::kBlocked: return (marks & Marks::kBlocked) != 0;
    case DropReason::kRetired: return !item.active;
    case DropReason::kNotPublished: return !item.IsOut(context.now);
    case DropReason::kExpired: return item.IsExpired(context.now);
    case DropReason::kOtherKind: return ((context.kinds >> static_cast<unsigned>(item.kind)) & 1u) == 0;
    case DropReason::kOtherUnit: return OtherUnit(context, item);
    case DropReason::kExcludedByRequest: return (marks & Marks::kExcluded) != 0;
    case DropReason::kListed: return (marks & Marks::kListed) != 0;
    case DropReason::kOtherTopic: return !context.topics.empty() && !AnyIn(item.item.topics, context.topics);
    case DropReason::kOtherLanguage:
      return !context.language.empty() && !item.item.language.empty() &&
             !LanguageWithin(item.item.language, context.language);
    case DropReason::kCompleted: return (marks & Marks::kCompleted) != 0;
    case DropReason::kSeen: return (marks & Marks::kSeen) != 0;
    case DropReason::kNotInterested: return (marks & Marks::kNotInterested) != 0;
    case DropReason::kMuted:
      return !context.muted_topics.empty() && AnyIn(item.item.topics, context.muted_topics);
    case DropReason::kPrerequisite:
    case DropReason::kRank:
    case DropReason::kUnspecified: break;
  }
  return false;
}

// Keys that were unknown when the item was read may be known by now.
ItemKey PrerequisiteKey(const FilterContext& context, const CatalogueItem& item, std::size_t which) {
  const ItemKey key = item.prerequisites[which];
  return key != 0 ? key : context.catalogue->keys().Find(item.item.prerequisites[which]);
}

bool IsDone(const FilterContext& context, ItemKey key) {
  return key != 0 && context.marks->Has(key, Marks::kDone);
}

// Each item is looked at once, so a diamond of prerequisites costs what it holds; cycles end too.
const CatalogueItem* Open(const FilterContext& context, const CatalogueItem& item,
                          std::vector<ItemKey>& looked_at, int depth) {
  constexpr int kDeepest = 64;
  if (depth == kDeepest) return nullptr;
  for (std::size_t i = 0; i < item.prerequisites.size(); ++i) {
    const ItemKey key = PrerequisiteKey(context, item, i);
    if (IsDone(context, key)) continue;
    if (std::find(looked_at.begin(), looked_at.end(), key) != looked_at.end()) continue;
    looked_at.push_back(key);
    const CatalogueItem* first = context.catalogue->Find(key);
    if (first == nullptr) continue;
    if (HasOpenPrerequisites(context, *first)) {
      if (const CatalogueItem* deeper = Open(context, *first, looked_at, depth + 1)) return deeper;
    } else if (FirstDrop(context, *first) == DropReason::kUnspecified) {
      return first;
    }
  }
  return nullptr;
}

}  // namespace

DropReason FirstDrop(const FilterContext& context, const CatalogueItem& item) {
  const std::uint16_t marks = context.marks->Of(item.key);
  for (const DropReason reason : kPrecedence) {
    if (Applies(reason, context, item, marks)) return reason;
  }
  return DropReason::kUnspecified;
}

bool HasOpenPrerequisites(const FilterContext& context, const CatalogueItem& item) {
  for (std::size_t i = 0; i < item.prerequisites.size(); ++i) {
    if (!IsDone(context, PrerequisiteKey(context, item, i))) return true;
  }
  return false;
}

const CatalogueItem* FirstOpenPrerequisite(const FilterContext& context, const CatalogueItem& item) {
  std::vector<ItemKey> looked_at = {item.key};
  return Open(context, item, looked_at, 0);
}

void Filter(const FilterContext& context, Marks& marks, std::vector<Candidate>& candidates,
            std::vector<const CatalogueItem*>& openers, StageTrace& trace) {
  trace.in += static_cast<std::uint32_t>(candidates.size());
  std::size_t kept = 0;
  for (const Candidate& candidate : candidates) {
    DropReason reason = FirstDrop(context, *candidate.item);
    if (reason == DropReason::kUnspecified && HasOpenPrerequisites(context, *candidate.item)) {
      reason = DropReason::kPrerequisite;
      const CatalogueItem* opener = FirstOpenPrerequisite(context, *candidate.item);
      if (opener != nullptr && !marks.Has(opener->key, Marks::kCandidate)) {
        marks.Add(opener->key, Marks::kCandidate);
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
