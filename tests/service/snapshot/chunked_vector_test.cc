// Shared copies stay as they were.
#include "service/snapshot/chunked_vector.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace cofilter::service {
namespace {

TEST(ChunkedVectorTest, PlacesNeverWrittenHoldNothing) {
  ChunkedVector<int, 4> numbers;
  EXPECT_EQ(numbers.Get(0), 0);
  numbers.Set(9, 7);
  EXPECT_EQ(numbers.Get(9), 7);
  EXPECT_EQ(numbers.Get(8), 0);
  EXPECT_EQ(numbers.Get(1000), 0);
  EXPECT_EQ(numbers.size(), 12u);
}

TEST(ChunkedVectorTest, SharedCopiesKeepWhatTheyHeld) {
  std::mt19937 random(1);
  ChunkedVector<int, 8> owner;
  std::vector<int> plain(200);
  std::vector<std::pair<ChunkedVector<int, 8>, std::vector<int>>> copies;
  for (int step = 0; step < 3000; ++step) {
    const std::size_t place = random() % plain.size();
    plain[place] = step;
    owner.Set(place, step);
    if (step % 100 == 0) copies.emplace_back(owner.Share(), plain);
  }
  copies.emplace_back(owner.Share(), plain);
  for (const auto& [copy, expected] : copies) {
    for (std::size_t place = 0; place < expected.size(); ++place)
      ASSERT_EQ(copy.Get(place), expected[place]);
  }
}

TEST(ChunkedVectorTest, LetsGoOfWhatNobodyHolds) {
  ChunkedVector<std::shared_ptr<int>, 4> owner;
  auto value = std::make_shared<int>(1);
  owner.Set(2, value);
  {
    const auto copy = owner.Share();
    owner.Set(2, nullptr);
    EXPECT_EQ(value.use_count(), 2);
  }
  EXPECT_EQ(value.use_count(), 1);
}

}  // namespace
}  // namespace cofilter::service
