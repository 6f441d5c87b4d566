// The operator's rows by its index, the overlay by one pass over its embeddings.
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

// Four sums, so that the compiler may keep four multiplications under way.
float Dot(const float* a, const float* b, std::size_t dim) {
  float sums[8] = {};
  std::size_t d = 0;
  for (; d + 8 <= dim; d += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += a[d + lane] * b[d + lane];
  }
  float sum = 0;
  for (const float lane : sums) sum += lane;
  for (; d < dim; ++d) sum += a[d] * b[d];
  return sum;
}

void RetrieveOverlay(const SurfaceView& surface, const FoldedMember& member, std::size_t count,
                     const Marks& marks, RetrievalMemory& memory, StageTrace& trace) {
  auto& found = memory.overlay;
  found.clear();
  const std::vector<float>& query = member.folded.query;
  for (const OverlayCandidate& item : surface.overlay) {
    const std::uint16_t drops = marks.Of(item.key) & Marks::kDrops;
    if (drops != 0) {
      CountDrop(trace, ReasonOf(drops));
      continue;
    }
    if (item.embedding == nullptr) continue;
    // What the notch adds is one factor above 0 for all, so the product alone orders them.
    const float product = Dot(item.embedding, query.data(), query.size());
    if (product > 0) found.emplace_back(product, item.key);
  }
  if (found.size() > count) {
    const auto better = [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    };
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(), better);
    found.resize(count);
  }
}

}  // namespace

std::size_t CandidateCount(const SurfaceConfig& surface, std::size_t catalogue_size) {
  if (surface.candidates != 0) return surface.candidates;
  return std::max<std::size_t>(500, catalogue_size / 50);
}

bool Retrieve(const SurfaceView& surface, const Catalogue& catalogue, const FoldedMember& member, int notch,
              bool quick, std::size_t count, Marks& marks, RetrievalMemory& memory,
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
  if (quick) {
    op.RetrieveNeighbours(member.folded, notch, memory.eligible, count, memory.scratch.get(), &memory.rows);
    memory.overlay.clear();
  } else {
    op.Retrieve(member.folded, notch, memory.eligible, count, memory.scratch.get(), &memory.rows);
    RetrieveOverlay(surface, member, count, marks, memory, trace);
  }
  const auto take = [&](ItemKey key, std::uint32_t row) {
    const CatalogueItem* item = catalogue.Find(key);
    if (item == nullptr) return;
    marks.Add(key, Marks::kCandidate);
    Candidate candidate;
    candidate.item = item;
    candidate.row = row;
    candidates.push_back(candidate);
  };
  for (const models::RetrievedRow& row : memory.rows) take(binding.rows.KeyOf(row.row), row.row);
  for (const auto& [product, key] : memory.overlay) take(key, kNoRow);

  std::uint32_t dropped = 0;
  for (const auto& [reason, drops] : trace.drops) dropped += drops;
  trace.in = static_cast<std::uint32_t>(surface.items);
  trace.out = static_cast<std::uint32_t>(candidates.size());
  // Nothing connects them to the history, or others are better.
  CountDrop(trace, DropReason::kRank, trace.in - trace.out - dropped);
  return memory.rows.size() == count || memory.overlay.size() == count;
}

}  // namespace cofilter::service
