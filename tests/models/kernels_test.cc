// Every implementation of the kernels against the plain one, bit for bit.
#include "models/kernels/kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace cofilter::models::kernels {
namespace {

struct Problem {
  std::vector<std::uint8_t> codes;
  std::vector<std::int8_t> query;
  std::vector<float> scales, offsets, offset_scales;
  std::vector<std::uint64_t> eligible;
  ScanInput input;
};

Problem MakeProblem(std::size_t groups, std::size_t octets, std::uint32_t seed, bool extreme) {
  std::mt19937 random(seed);
  Problem problem;
  const std::size_t rows = groups * kGroupRows;
  for (std::size_t i = 0; i < rows / kBlockRows * octets * kOctetBytes; ++i) {
    problem.codes.push_back(static_cast<std::uint8_t>(extreme ? (i % 2 ? 0xff : 0x11) : random()));
  }
  for (std::size_t d = 0; d < octets * kOctetDims; ++d) {
    const int value = extreme ? (d % 3 ? 127 : -127) : static_cast<int>(random() % 255) - 127;
    problem.query.push_back(static_cast<std::int8_t>(value));
  }
  for (std::size_t row = 0; row < rows; ++row) {
    problem.scales.push_back(static_cast<float>(random() % 1000) / 7e4f);
    problem.offsets.push_back(static_cast<float>(static_cast<int>(random() % 2000) - 1000) /
                              300.0f);
    problem.offset_scales.push_back(static_cast<float>(random() % 1000) / 500.0f);
  }
  for (std::size_t group = 0; group < groups; ++group) {
    const std::uint64_t word = (std::uint64_t{random()} << 32) | random();
    problem.eligible.push_back(group % 5 == 4 ? 0 : group % 5 == 3 ? word & 0xffff0000 : word);
  }
  problem.input = {problem.codes.data(),
                   octets,
                   problem.query.data(),
                   0.013f,
                   problem.scales.data(),
                   problem.offsets.data(),
                   problem.offset_scales.data(),
                   problem.eligible.data(),
                   groups};
  return problem;
}

struct Found {
  std::vector<float> scores;
  std::vector<std::uint32_t> rows;
  std::vector<std::size_t> stops;
};

// Scans with a small limit, so that the scan stops and goes on.
Found ScanAll(const Kernels& kernels, const ScanInput& input, float threshold, std::size_t limit) {
  Found found;
  std::vector<float> scores(limit + kGroupRows + 16);
  std::vector<std::uint32_t> rows(scores.size());
  ScanOutput output;
  output.limit = limit;
  output.threshold = threshold;
  output.scores = scores.data();
  output.rows = rows.data();
  while (output.next_group < input.groups) {
    output.size = 0;
    kernels.scan(input, &output);
    EXPECT_LE(output.size, limit + kGroupRows);
    found.scores.insert(found.scores.end(), scores.data(), scores.data() + output.size);
    found.rows.insert(found.rows.end(), rows.data(), rows.data() + output.size);
    found.stops.push_back(output.next_group);
  }
  return found;
}

class KernelsTest : public testing::TestWithParam<const Kernels*> {};

TEST_P(KernelsTest, DotsEqualThePlainOnes) {
  for (const std::size_t octets : {2u, 4u, 6u, 8u, 16u, 64u, 512u}) {
    for (const bool extreme : {false, true}) {
      const Problem problem = MakeProblem(3, octets, 7, extreme);
      std::vector<std::int32_t> right(3 * kGroupRows), found(3 * kGroupRows);
      Scalar().dots(problem.codes.data(), octets, problem.query.data(), 3, right.data());
      GetParam()->dots(problem.codes.data(), octets, problem.query.data(), 3, found.data());
      EXPECT_EQ(right, found) << "octets " << octets;
    }
  }
}

TEST_P(KernelsTest, ScansFindTheSameRowsAndScores) {
  for (const std::size_t octets : {0u, 2u, 8u, 16u}) {
    for (const float threshold : {-1e30f, 0.0f, 2.5f, 1e30f}) {
      for (const std::size_t limit : {0u, 100u, 100000u}) {
        const Problem problem = MakeProblem(23, octets, 3, false);
        const Found right = ScanAll(Scalar(), problem.input, threshold, limit);
        const Found found = ScanAll(*GetParam(), problem.input, threshold, limit);
        EXPECT_EQ(right.scores, found.scores);
        EXPECT_EQ(right.rows, found.rows);
        EXPECT_EQ(right.stops, found.stops);
      }
    }
  }
}

TEST_P(KernelsTest, ANumberThatIsNoneIsNotAboveAnything) {
  Problem problem = MakeProblem(2, 2, 3, false);
  for (float& offset : problem.offsets) offset = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(ScanAll(*GetParam(), problem.input, -1e30f, 1000).rows.empty());
}

TEST_P(KernelsTest, CountsAndKeepsTheSame) {
  std::mt19937 random(5);
  for (std::size_t n = 0; n < 70; ++n) {
    std::vector<float> scores(n + 100);
    std::vector<std::uint32_t> rows(n + 100);
    for (std::size_t i = 0; i < n; ++i) {
      scores[i] = static_cast<float>(random() % 10);
      rows[i] = static_cast<std::uint32_t>(i);
    }
    std::vector<float> other_scores = scores;
    std::vector<std::uint32_t> other_rows = rows;
    const std::size_t kept = Scalar().keep_above(scores.data(), rows.data(), n, 4);
    EXPECT_EQ(GetParam()->count_above(other_scores.data(), n, 4), kept);
    ASSERT_EQ(GetParam()->keep_above(other_scores.data(), other_rows.data(), n, 4), kept);
    for (std::size_t i = 0; i < kept; ++i) {
      EXPECT_EQ(scores[i], other_scores[i]);
      EXPECT_EQ(rows[i], other_rows[i]);
    }
  }
}

TEST_P(KernelsTest, RowDotsEqualThePlainOnes) {
  std::mt19937 random(8);
  for (const std::size_t stride : {64u, 128u, 384u, 4096u}) {
    for (const bool extreme : {false, true}) {
      std::vector<std::int8_t> codes(40 * stride);
      std::vector<std::int16_t> query(stride);
      // As large as the sum of a row can bear.
      const auto largest = std::min<std::size_t>(32767, 0x7fffffff / (127 * stride));
      for (std::int8_t& code : codes) {
        code = static_cast<std::int8_t>(extreme ? -127 : static_cast<int>(random() % 255) - 127);
      }
      for (std::int16_t& dim : query) {
        dim = static_cast<std::int16_t>(extreme ? largest : random() % (2 * largest + 1) - largest);
      }
      std::vector<std::uint32_t> rows;
      for (int i = 0; i < 23; ++i) rows.push_back(random() % 40);
      std::vector<std::int32_t> right(rows.size()), found(rows.size());
      Scalar().row_dots(codes.data(), stride, rows.data(), rows.size(), query.data(), right.data());
      GetParam()->row_dots(codes.data(), stride, rows.data(), rows.size(), query.data(),
                           found.data());
      EXPECT_EQ(right, found) << "stride " << stride;
    }
  }
}

TEST_P(KernelsTest, FloatingPointDotsHaveTheSameBits) {
  std::mt19937 random(6);
  for (std::size_t n = 0; n < 150; ++n) {
    std::vector<float> a(n), b(n);
    std::vector<double> c(n);
    for (std::size_t i = 0; i < n; ++i) {
      a[i] = static_cast<float>(random()) / 3e9f - 0.7f;
      b[i] = static_cast<float>(random()) / 3e9f - 0.7f;
      c[i] = b[i] * 1.000000001;
    }
    EXPECT_EQ(std::bit_cast<std::uint64_t>(Scalar().dot_exact(a.data(), c.data(), n)),
              std::bit_cast<std::uint64_t>(GetParam()->dot_exact(a.data(), c.data(), n)));
    EXPECT_EQ(std::bit_cast<std::uint32_t>(Scalar().dot_single(a.data(), b.data(), n)),
              std::bit_cast<std::uint32_t>(GetParam()->dot_single(a.data(), b.data(), n)));
  }
}

std::vector<const Kernels*> Runnable() {
  std::vector<const Kernels*> all = {&Scalar(), &Best()};
  if (Avx2() != nullptr) all.push_back(Avx2());
  if (Avx512Vnni() != nullptr) all.push_back(Avx512Vnni());
  return all;
}

INSTANTIATE_TEST_SUITE_P(Cpus, KernelsTest, testing::ValuesIn(Runnable()));

TEST(KernelLayoutTest, EveryCodeHasAPlaceOfItsOwn) {
  const std::size_t octets = 4, rows = 64;
  std::vector<int> taken(rows / kBlockRows * octets * kOctetBytes * 2, 0);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t dim = 0; dim < octets * kOctetDims; ++dim) {
      const CodePlace place = PlaceOfCode(row, dim, octets);
      ++taken.at(place.byte * 2 + (place.shift == 0 ? 0 : 1));
    }
  }
  for (const int times : taken) EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace cofilter::models::kernels
