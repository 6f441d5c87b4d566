// From pairs of member and item to weighted entries.
#include "service/recommend/history_fold.h"

#include <algorithm>

namespace cofilter::service {

float Confidence(const SurfaceConfig& surface, std::uint32_t verbs) {
  float confidence = 0;
  for (std::size_t verb = 0; verb < surface.verb_weights.size(); ++verb) {
    if ((verbs >> verb) & 1u) confidence = std::max(confidence, surface.verb_weights[verb]);
  }
  return confidence;
}

FoldedMember FoldMember(const SurfaceView& surface, const Catalogue& catalogue,
                        std::span<const MemberItem> items, runtime::Time now) {
  constexpr double kMicrosADay = 86'400e6;
  const OperatorBinding& binding = *surface.binding;
  FoldedMember member;
  std::vector<models::HistoryEntry> entries;
  std::vector<ItemKey> keys;
  std::vector<float> confidence;
  std::vector<double> age_days;
  entries.reserve(items.size());
  keys.reserve(items.size());
  confidence.reserve(items.size());
  age_days.reserve(items.size());

  // The latest first: equal ages rank in the order given.
  for (auto pair = items.rbegin(); pair != items.rend(); ++pair) {
    const float weight = Confidence(*surface.config, pair->verbs);
    if (!(weight > 0)) continue;
    models::HistoryEntry entry;
    entry.row = binding.rows.RowOf(pair->item);
    if (entry.row == kNoRow) {
      entry.row = models::HistoryEntry::kForeign;
      entry.foreign = binding.overlay.Find(pair->item);
      if (entry.foreign == nullptr) {
        const CatalogueItem* item = catalogue.Find(pair->item);
        if (item == nullptr || ((surface.kinds >> static_cast<unsigned>(item->kind)) & 1u)) {
          ++member.unknown_items;
        }
        continue;
      }
    }
    entries.push_back(entry);
    keys.push_back(pair->item);
    confidence.push_back(weight);
    age_days.push_back(
        std::max(0.0, static_cast<double>((now - pair->last_at).count()) / kMicrosADay));
  }

  const std::vector<float> weights =
      models::HistoryWeights(binding.op->parameters().history, confidence, age_days);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    entries[kept] = entries[i];
    entries[kept].weight = weights[i];
    keys[kept] = keys[i];
    ++kept;
  }
  entries.resize(kept);
  keys.resize(kept);
  member.items = std::move(keys);
  member.folded = binding.op->Fold(entries);
  return member;
}

FoldedMember FoldItem(const OperatorBinding& binding, ItemKey key, std::uint32_t row) {
  FoldedMember member;
  models::HistoryEntry entry;
  entry.row = row;
  if (row == kNoRow) {
    entry.row = models::HistoryEntry::kForeign;
    entry.foreign = binding.overlay.Find(key);
    if (entry.foreign == nullptr) return member;
  }
  member.items.push_back(key);
  member.folded = binding.op->Fold(std::span(&entry, 1));
  // What is like an item is asked for: no member, so neither what is in fashion nor little
  // evidence.
  member.folded.with_trend = false;
  member.folded.prior_weight = 0;
  return member;
}

}  // namespace cofilter::service
