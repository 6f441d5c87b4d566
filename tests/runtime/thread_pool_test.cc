// Tasks all run; loops are cut the same way on any number of workers.
#include "runtime/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

namespace cofilter::runtime {
namespace {

TEST(ThreadPoolTest, RunsWhatWasSubmittedBeforeItStops) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(3);
    EXPECT_EQ(pool.threads(), 3);
    for (int i = 0; i < 200; ++i) pool.Submit([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 200);
}

TEST(ThreadPoolTest, ParallelForVisitsEveryPositionOnce) {
  ThreadPool pool(4);
  for (const std::size_t count : {0, 1, 6, 7, 8, 1'000}) {
    std::vector<std::atomic<int>> visits(count);
    pool.ParallelFor(count, 7, [&](std::size_t block, std::size_t begin, std::size_t end) {
      EXPECT_EQ(begin, block * 7);
      EXPECT_LE(end - begin, 7u);
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    for (const auto& visit : visits) EXPECT_EQ(visit, 1);
  }
}

TEST(ThreadPoolTest, SumsAreBitIdenticalOnAnyNumberOfWorkers) {
  std::vector<float> values(10'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1.0f / static_cast<float>(i + 1);
  const auto sum = [&values](int threads) {
    ThreadPool pool(threads);
    std::vector<float> partial((values.size() + 63) / 64);
    pool.ParallelFor(values.size(), 64, [&](std::size_t block, std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) partial[block] += values[i];
    });
    return std::accumulate(partial.begin(), partial.end(), 0.0f);
  };
  const float one = sum(1);
  EXPECT_EQ(sum(2), one);
  EXPECT_EQ(sum(5), one);
}

TEST(ThreadPoolTest, ParallelForsFromSeveralThreadsDoNotMix) {
  ThreadPool pool(2);
  std::vector<std::thread> callers;
  std::atomic<std::size_t> total = 0;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        std::atomic<std::size_t> mine = 0;
        pool.ParallelFor(
            100, 9, [&](std::size_t, std::size_t begin, std::size_t end) { mine += end - begin; });
        EXPECT_EQ(mine, 100u);
        total += mine;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(total, 20'000u);
}

}  // namespace
}  // namespace cofilter::runtime
