// Picks without replacement, by a generator of its own so that a list can be made again.
#include "service/recommend/explore.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

namespace cofilter::service {
namespace {

// SplitMix64.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  double Share() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace

double Explore(double share, std::uint64_t seed, std::span<const Candidate> pool,
               std::vector<Candidate>& list) {
  if (!(share > 0) || list.empty()) return 1;
  std::unordered_set<ItemKey> listed;
  for (const Candidate& candidate : list) listed.insert(candidate.key);
  std::vector<Candidate> rest;
  for (const Candidate& candidate : pool) {
    if (!listed.contains(candidate.key)) rest.push_back(candidate);
  }
  Chance chance(seed);
  const double wanted = share * static_cast<double>(list.size());
  const double whole = std::floor(wanted);
  const bool one_more = chance.Share() < wanted - whole;
  const auto asked = static_cast<std::size_t>(whole) + (one_more ? 1 : 0);
  const std::size_t picks = std::min(asked, rest.size());
  if (rest.empty()) return 1;
  double propensity = one_more ? wanted - whole : 1 - (wanted - whole);
  for (std::size_t n = 0; n < picks; ++n) {
    const std::size_t left = rest.size() - n;
    std::swap(rest[n], rest[n + chance.Next() % left]);
    list[list.size() - picks + n] = rest[n];
    propensity /= static_cast<double>(left);
  }
  return propensity;
}

}  // namespace cofilter::service
