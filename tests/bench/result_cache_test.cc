// Kept results: made once, made again when anything they depend on is another.
#include "bench/result_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/files.h"

namespace cofilter::bench {
namespace {

class ResultCacheTest : public ::testing::Test {
 protected:
  int Get(const std::string& key) {
    const auto result = cache_.Get(key, [this]() -> absl::StatusOr<nlohmann::json> {
      if (fails_) return absl::InternalError("no result");
      return nlohmann::json(++made_);
    });
    return result.ok() ? result->get<int>() : -1;
  }
  runtime::TemporaryDirectory directory_ = runtime::TemporaryDirectory::Create("bench").value();
  const ResultCache cache_{directory_.path() + "/kept"};
  int made_ = 0;
  bool fails_ = false;
};

TEST_F(ResultCacheTest, MakesAResultOnceAKey) {
  EXPECT_EQ(Get("a"), 1);
  EXPECT_EQ(Get("b"), 2);
  EXPECT_EQ(Get("a"), 1);
  EXPECT_EQ(made_, 2);
}

TEST_F(ResultCacheTest, KeepsNoFailure) {
  fails_ = true;
  EXPECT_EQ(Get("a"), -1);
  fails_ = false;
  EXPECT_EQ(Get("a"), 1);
}

TEST_F(ResultCacheTest, MakesAgainWhatCannotBeRead) {
  EXPECT_EQ(Get("a"), 1);
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path() + "/kept"))
    std::ofstream(entry.path()) << "{\"key\": \"a\"";
  EXPECT_EQ(Get("a"), 2);
}

TEST_F(ResultCacheTest, FilesAreKnownByTheirContent) {
  const std::string path = directory_.path() + "/file";
  std::ofstream(path) << "one";
  const auto one = FilesDigest({path});
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(*FilesDigest({path}), *one);
  std::ofstream(path) << "two";
  EXPECT_NE(*FilesDigest({path}), *one);
  EXPECT_EQ(FilesDigest({path + "-not"}).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace cofilter::bench
