// Runs a fuzz target without libFuzzer: every seed as it is, then seeded mutations of them. What
// every
// ./check runs; libFuzzer, which sees the coverage, digs deeper (./check --fuzz-smoke).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;
using Random = std::mt19937_64;

constexpr std::size_t kMostBytes = 1 << 16;

std::size_t Below(Random& random, std::size_t limit) { return random() % limit; }

// Numbers at the ends of their ranges, and what delimits text.
std::uint8_t Interesting(Random& random) {
  constexpr std::uint8_t kBytes[] = {0,   1,   0x7f, 0x80, 0xff, 0xc0, 0xed, 0xf4, '"', '\\',
                                     '{', '}', '[',  ']',  ',',  ':',  '\n', '\r', '0', '9',
                                     '-', '+', '.',  'e',  'T',  'Z',  ' ',  '\t'};
  return kBytes[Below(random, std::size(kBytes))];
}

void Mutate(Bytes& bytes, const std::vector<Bytes>& seeds, Random& random) {
  const std::size_t at = bytes.empty() ? 0 : Below(random, bytes.size());
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t run = 1 + Below(random, 16);
  switch (Below(random, 8)) {
    case 0:  // flip a bit
      if (!bytes.empty()) *place ^= static_cast<std::uint8_t>(1U << Below(random, 8));
      return;
    case 1:  // set a byte
      if (!bytes.empty()) *place = Interesting(random);
      return;
    case 2:  // any four bytes, as a number
      for (std::size_t i = at; i < std::min(at + 4, bytes.size()); ++i) {
        bytes[i] = static_cast<std::uint8_t>(random());
      }
      return;
    case 3:  // put bytes in
      if (bytes.size() + run <= kMostBytes) bytes.insert(place, run, Interesting(random));
      return;
    case 4:  // take bytes out
      bytes.erase(place, place + static_cast<std::ptrdiff_t>(std::min(run, bytes.size() - at)));
      return;
    case 5:  // cut short
      bytes.resize(at);
      return;
    case 6: {  // say it again
      const Bytes copy(place,
                       place + static_cast<std::ptrdiff_t>(std::min(run * 4, bytes.size() - at)));
      if (bytes.size() + copy.size() <= kMostBytes) bytes.insert(place, copy.begin(), copy.end());
      return;
    }
    default: {  // go on as another seed does
      const Bytes& other = seeds[Below(random, seeds.size())];
      const std::size_t from = other.empty() ? 0 : Below(random, other.size());
      bytes.resize(at);
      bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
      return;
    }
  }
}

}  // namespace

// Arguments: RUNS DIRECTORY…: how many mutations; where the seeds lie.
int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s RUNS DIRECTORY...\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> paths;
  for (int i = 2; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> seeds;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    LLVMFuzzerTestOneInput(seeds.back().data(), seeds.back().size());
  }
  if (seeds.empty()) {
    std::fprintf(stderr, "%s: no seed in %s\n", argv[0], argv[2]);
    return 2;
  }
  Random random(1);
  const unsigned long runs = std::strtoul(argv[1], nullptr, 10);
  for (unsigned long i = 0; i < runs; ++i) {
    Bytes bytes = seeds[Below(random, seeds.size())];
    for (std::size_t times = 1 + Below(random, 6); times > 0; --times) Mutate(bytes, seeds, random);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%zu seeds, %lu mutations\n", seeds.size(), runs);
  return 0;
}
