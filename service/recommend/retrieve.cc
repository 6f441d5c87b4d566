// The operator's rows by its index, the overlay by who its items are drawn from.
#include "service/recommend/retrieve.h"

#include <algorithm>

namespace cofilter::service {
namespace {

// Which of several marks counts: the order of kPrecedence.
DropReason ReasonOf(std::uint16_t marks) {
  if (marks & Marks::kBlocked) return DropReason::kBlocked;
  if (marks & Marks::kExcluded) return DropReason::kExcludedByRequest;
  if (marks & Marks::kListed) return DropReason::kListed;
  if (marks & Marks::kCompleted) return DropReason::kCompleted;
  if (marks & Marks::kSeen) return DropReason::kSeen;
  return DropReason::kNotInterested;
}

// One vector register of sums, spelled out: left to itself the compiler shuffles more than it
// multiplies.
float Dot(const float* a, const float* b, std::size_t dim) {
  using Lanes = float __attribute__((vector_size(32), aligned(4), may_alias));
  Lanes sums = {};
  std::size_t d = 0;
  for (; d + 8 <= dim; d += 8) {
    sums += *reinterpret_cast<const Lanes*>(a + d) * *reinterpret_cast<const Lanes*>(b + d);
  }
  float sum = 0;
  for (int lane = 0; lane < 8; ++lane) sum += sums[lane];
  for (; d < dim; ++d) sum += a[d] * b[d];
  return sum;
}

// Embeddings lie apart from each other: the next ones are asked for while this one is worked on.
constexpr std::size_t kAhead = 6;
void Fetch(const models::ForeignItem* item) {
  if (item == nullptr) return;
  for (std::size_t d = 0; d < item->embedding.size(); d += 16) {
    __builtin_prefetch(item->embedding.data() + d);
  }
}

void RetrieveOverlay(const SurfaceView& surface, const FoldedMember& member, std::size_t count,
                     const Marks& marks, RetrievalMemory& memory, StageTrace& trace) {
  auto& found = memory.overlay;
  found.clear();
  const std::vector<float>& query = member.folded.query;
  const RelationIndex& relations = surface.binding->overlay.relations();
  memory.products.assign(relations.slots(), 0.0);
  relations.AddProducts(member.folded.entries, memory.products);
  for (std::size_t i = 0; i < surface.overlay.size(); ++i) {
    const OverlayCandidate& item = surface.overlay[i];
    if (i + kAhead < surface.overlay.size()) Fetch(surface.overlay[i + kAhead].item);
    const std::uint16_t drops = marks.Of(item.key) & Marks::kDrops;
    if (drops != 0) {
      CountDrop(trace, ReasonOf(drops));
      continue;
    }
    if (item.item == nullptr) continue;
    // What the notch adds is one factor above 0 for all, so the product alone orders them.
    const double product =
        item.item->related()
            ? memory.products[item.slot]
            : static_cast<double>(Dot(item.item->embedding.data(), query.data(), query.size()));
    if (product > 0) found.emplace_back(product, item.key);
  }
  if (found.size() > count) {
    const auto better = [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    };
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(),
                     better);
    found.resize(count);
  }
}

}  // namespace

std::size_t CandidateCount(const SurfaceConfig& surface, std::size_t catalogue_size) {
  if (surface.candidates != 0) return surface.candidates;
  return std::max<std::size_t>(200, catalogue_size / 200);
}

bool Retrieve(const SurfaceView& surface, const Catalogue& catalogue, const FoldedMember& member,
              int notch, bool quick, std::size_t count, Marks& marks, RetrievalMemory& memory,
              std::vector<Candidate>& candidates, StageTrace& trace) {
  const OperatorBinding& binding = *surface.binding;
  // A copy of one bit an item, then what the member may not get is taken out.
  memory.eligible = surface.eligible;
  for (const ItemKey key : marks.marked()) {
    const std::uint16_t drops = marks.Of(key) & Marks::kDrops;
    if (drops == 0) continue;
    const std::uint32_t row = binding.rows.RowOf(key);
    if (row == kNoRow || !memory.eligible.Contains(row)) continue;
    memory.eligible.Remove(row);
    CountDrop(trace, ReasonOf(drops));
  }
  const models::Operator& op = *binding.op;
  // Their order is exact but for rounding, so fewer of them are enough.
  const std::size_t overlay_count = std::min(count, std::max<std::size_t>(200, count / 4));
  if (quick) {
    op.RetrieveNeighbours(member.folded, notch, memory.eligible, count, memory.scratch.get(),
                          &memory.rows);
    memory.overlay.clear();
  } else {
    op.Retrieve(member.folded, notch, memory.eligible, count, memory.scratch.get(), &memory.rows);
    RetrieveOverlay(surface, member, overlay_count, marks, memory, trace);
  }
  const auto take = [&](ItemKey key, std::uint32_t row, double product) {
    if (!catalogue.Traits(key).Has(ItemTraits::kKnown)) return;
    marks.Add(key, Marks::kCandidate);
    Candidate candidate;
    candidate.key = key;
    candidate.row = row;
    candidate.base = product;  // of an overlay item, for the ranker
    candidates.push_back(candidate);
  };
  // Traits lie all over the catalogue, and every stage after this asks for them.
  for (const models::RetrievedRow& row : memory.rows)
    __builtin_prefetch(&catalogue.Traits(binding.rows.KeyOf(row.row)));
  for (const models::RetrievedRow& row : memory.rows) {
    take(binding.rows.KeyOf(row.row), row.row, 0);
  }
  for (const auto& [product, key] : memory.overlay) take(key, kNoRow, product);

  std::uint32_t dropped = 0;
  for (const auto& [reason, drops] : trace.drops) dropped += drops;
  trace.in = static_cast<std::uint32_t>(surface.items);
  trace.out = static_cast<std::uint32_t>(candidates.size());
  // Nothing connects them to the history, or others are better.
  CountDrop(trace, DropReason::kRank, trace.in - trace.out - dropped);
  return memory.rows.size() == count || memory.overlay.size() == overlay_count;
}

}  // namespace cofilter::service
