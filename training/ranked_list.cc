// Selecting the best rows and measuring a list.
#include "training/ranked_list.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace cofilter::training {
namespace {

constexpr std::size_t kGroup = 64;

double Discount(std::size_t place) { return 1 / std::log2(static_cast<double>(place) + 2); }

double Ratio(std::size_t hits, std::size_t of) {
  return of == 0 ? std::numeric_limits<double>::quiet_NaN()
                 : static_cast<double>(hits) / static_cast<double>(of);
}

}  // namespace

void TopRows(std::span<const float> scores, std::size_t count, std::vector<std::uint32_t>* rows) {
  rows->clear();
  if (count == 0) return;
  float threshold = kNotListed;  // the last listed score once the list is full
  for (std::size_t begin = 0; begin < scores.size(); begin += kGroup) {
    const std::size_t end = std::min(scores.size(), begin + kGroup);
    float best = kNotListed;  // most groups hold nothing: one vectorised look tells
    for (std::size_t j = begin; j < end; ++j) best = std::max(best, scores[j]);
    if (best <= threshold) continue;
    for (std::size_t j = begin; j < end; ++j) {
      if (scores[j] <= threshold) continue;
      if (rows->size() == count) rows->pop_back();
      std::size_t place = rows->size();
      while (place > 0 && scores[(*rows)[place - 1]] < scores[j]) --place;
      rows->insert(rows->begin() + static_cast<std::ptrdiff_t>(place),
                   static_cast<std::uint32_t>(j));
      if (rows->size() == count) threshold = scores[rows->back()];
    }
  }
}

CatalogueFacts MakeCatalogueFacts(std::span<const std::uint32_t> degrees,
                                  std::span<const std::string> item_ids) {
  CatalogueFacts facts;
  facts.bands = data::PopularityBands(degrees, item_ids);
  double total = 0;
  for (const std::uint32_t degree : degrees) total += degree;
  for (const std::uint32_t degree : degrees) {
    // An item without an interaction counts as one with a single one.
    facts.surprise.push_back(
        static_cast<float>(std::log2(std::max(total, 1.0) / std::max<double>(degree, 1.0))));
  }
  return facts;
}

ListMeasures MeasureList(std::span<const std::uint32_t> list, const TestItems& test,
                         const CatalogueFacts& facts, std::size_t k) {
  std::size_t hits = 0, tail_hits = 0, head_hits = 0, tail_listed = 0;
  double gain = 0, surprise = 0, reciprocal_rank = 0;
  const std::size_t listed = std::min(list.size(), k);
  for (std::size_t place = 0; place < listed; ++place) {
    const std::uint32_t row = list[place];
    const data::Band band = facts.bands[row];
    tail_listed += band == data::Band::kTail;
    surprise += facts.surprise[row];
    if (!std::binary_search(test.rows.begin(), test.rows.end(), row)) continue;
    if (hits++ == 0) reciprocal_rank = 1 / static_cast<double>(place + 1);
    tail_hits += band == data::Band::kTail;
    head_hits += band == data::Band::kHead;
    gain += Discount(place);
  }
  std::size_t tail_items = test.unknown, head_items = 0;
  for (const std::uint32_t row : test.rows) {
    tail_items += facts.bands[row] == data::Band::kTail;
    head_items += facts.bands[row] == data::Band::kHead;
  }
  double ideal = 0;
  for (std::size_t place = 0; place < std::min(k, test.size()); ++place) ideal += Discount(place);
  ListMeasures measures;
  measures.recall = test.size() == 0 ? 0 : Ratio(hits, test.size());
  measures.ndcg = ideal > 0 ? gain / ideal : 0;
  measures.reciprocal_rank = reciprocal_rank;
  measures.hit = hits > 0 ? 1 : 0;
  measures.tail_recall = Ratio(tail_hits, tail_items);
  measures.head_recall = Ratio(head_hits, head_items);
  measures.tail_share = Ratio(tail_listed, listed);
  measures.novelty = listed == 0 ? std::numeric_limits<double>::quiet_NaN()
                                 : surprise / static_cast<double>(listed);
  return measures;
}

}  // namespace cofilter::training
