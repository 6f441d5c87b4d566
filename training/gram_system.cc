// Rows scaled and ordered once, then two gathers a product.
#include "training/gram_system.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "training/gather_rows.h"

namespace cofilter::training {
namespace {

// Rows by falling size; equals keep their order.
std::vector<std::uint32_t> LargestFirst(const std::vector<std::uint64_t>& offsets) {
  std::vector<std::uint32_t> rows(offsets.size() - 1);
  std::iota(rows.begin(), rows.end(), 0u);
  std::stable_sort(rows.begin(), rows.end(), [&offsets](std::uint32_t a, std::uint32_t b) {
    return offsets[a + 1] - offsets[a] > offsets[b + 1] - offsets[b];
  });
  return rows;
}

std::vector<std::uint32_t> Inverse(const std::vector<std::uint32_t>& rows) {
  std::vector<std::uint32_t> places(rows.size());
  for (std::uint32_t place = 0; place < rows.size(); ++place) places[rows[place]] = place;
  return places;
}

std::vector<double> Powers(const std::vector<float>& sums, double exponent) {
  std::vector<double> powers(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i)
    powers[i] = sums[i] > 0 ? std::pow(sums[i], exponent) : 0;
  return powers;
}

}  // namespace

GramSystem::GramSystem(const InteractionMatrix& matrix, const RidgeSettings& settings) {
  const std::vector<double> member_scale =
      Powers(matrix.member_sums, -settings.member_exponent / 2);
  std::vector<double> item_scale = Powers(matrix.item_sums, -settings.item_exponent);
  std::vector<double> diagonal(matrix.items());
  for (std::size_t i = 0; i < matrix.items(); ++i) {
    for (const MatrixEntry& reader : matrix.item(i)) {
      const double x = reader.weight * member_scale[reader.row] * item_scale[i];
      diagonal[i] += x * x;
    }
  }
  const double mean = std::accumulate(diagonal.begin(), diagonal.end(), 0.0) /
                      static_cast<double>(std::max<std::size_t>(matrix.items(), 1));
  // Without any interaction the mean is 0, and any λ > 0 gives the same: nothing.
  const double lambda = settings.lambda * (settings.lambda_is_relative && mean > 0 ? mean : 1.0);

  items_by_place_ = LargestFirst(matrix.item_offsets);
  const std::vector<std::uint32_t> members_by_place = LargestFirst(matrix.member_offsets);
  const std::vector<std::uint32_t> place_of_item = Inverse(items_by_place_);
  const std::vector<std::uint32_t> place_of_member = Inverse(members_by_place);
  least_eigenvalue_ = 1;
  for (const std::uint32_t item : items_by_place_) {
    const double scale = 1 / std::sqrt(diagonal[item] + lambda);
    scale_.push_back(scale);
    ridge_.push_back(static_cast<float>(lambda * scale * scale));
    least_eigenvalue_ = std::min(least_eigenvalue_, lambda * scale * scale);
    item_scale[item] *= scale;
  }
  const auto append = [](std::span<const MatrixEntry> entries,
                         const std::vector<std::uint32_t>& place, double own_scale,
                         const std::vector<double>& scales, Rows* rows) {
    for (const MatrixEntry& entry : entries) {
      rows->entries.push_back(
          {place[entry.row], static_cast<float>(entry.weight * own_scale * scales[entry.row])});
    }
    rows->offsets.push_back(rows->entries.size());
  };
  by_member_.entries.reserve(matrix.member_entries.size());
  by_item_.entries.reserve(matrix.member_entries.size());
  for (const std::uint32_t member : members_by_place) {
    append(matrix.member(member), place_of_item, member_scale[member], item_scale, &by_member_);
  }
  for (const std::uint32_t item : items_by_place_) {
    append(matrix.item(item), place_of_member, item_scale[item], member_scale, &by_item_);
  }
}

GramSystem::Block GramSystem::MakeBlock() const {
  return {std::vector<float>(items() * kColumns), std::vector<float>(members() * kColumns)};
}

void GramSystem::Apply(float shift, Block* block) const {
  const auto value = [](const Entry& entry) { return entry.value; };
  for (std::size_t m = 0; m < members(); ++m) {
    GatherRows<kColumns>(by_member_.of(m), value, block->columns.data(), kColumns,
                         block->members.data() + m * kColumns);
  }
  float sum[kColumns];
  for (std::size_t i = 0; i < items(); ++i) {
    GatherRows<kColumns>(by_item_.of(i), value, block->members.data(), kColumns, sum);
    float* const out = block->columns.data() + i * kColumns;
    const float stay = ridge_[i] - shift;
    for (std::size_t c = 0; c < kColumns; ++c) out[c] = sum[c] + stay * out[c];
  }
}

void GramSystem::ApplyToUnits(float shift, float factor, std::size_t first, std::size_t count,
                              Block* block) const {
  std::fill(block->columns.begin(), block->columns.end(), 0.0f);
  for (std::size_t c = 0; c < count; ++c) {
    const std::size_t place = first + c;
    for (const Entry& reader : by_item_.of(place)) {
      const float step = factor * reader.value;
      for (const Entry& other : by_member_.of(reader.row)) {
        block->columns[other.row * kColumns + c] += step * other.value;
      }
    }
    block->columns[place * kColumns + c] += factor * (ridge_[place] - shift);
  }
}

}  // namespace cofilter::training
