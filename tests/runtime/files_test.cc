// Mapped files, durable writing, publishing by rename.
#include "runtime/files.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace cofilter::runtime {
namespace {

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<TemporaryDirectory> directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok()) << directory.status();
    directory_.emplace(*std::move(directory));
  }
  std::string Path(const std::string& name) const { return directory_->path() + "/" + name; }
  std::optional<TemporaryDirectory> directory_;
};

std::string Text(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST_F(FilesTest, WritesOverAndMapsBack) {
  ASSERT_TRUE(WriteFileDurably(Path("a"), "old").ok());
  ASSERT_TRUE(WriteFileDurably(Path("a"), "new content").ok());
  absl::StatusOr<MappedFile> file = MappedFile::Open(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Text(*file), "new content");
  const MappedFile moved = *std::move(file);
  EXPECT_EQ(Text(moved), "new content");
  EXPECT_EQ(*ReadFile(Path("a")), "new content");
  // Nothing is left beside it.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_->path()), {}), 1);
}

TEST_F(FilesTest, SetsTheModeThatWasAskedFor) {
  ASSERT_TRUE(WriteFileDurably(Path("secret"), "x", 0600).ok());
  EXPECT_EQ(std::filesystem::status(Path("secret")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(FilesTest, MapsAnEmptyFileToNothing) {
  ASSERT_TRUE(WriteFileDurably(Path("empty"), "").ok());
  const absl::StatusOr<MappedFile> file = MappedFile::Open(Path("empty"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(file->bytes().empty());
}

TEST_F(FilesTest, NamesThePathOfWhatIsMissing) {
  const absl::Status mapped = MappedFile::Open(Path("none")).status();
  EXPECT_EQ(mapped.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(mapped.ToString().find(Path("none")), std::string::npos);
  EXPECT_EQ(ReadFile(Path("none")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(WriteFileDurably(Path("no/such/place"), "x").ok());
}

TEST_F(FilesTest, ReadsNoMoreThanAllowed) {
  ASSERT_TRUE(WriteFileDurably(Path("five"), "12345").ok());
  EXPECT_TRUE(ReadFile(Path("five"), 5).ok());
  EXPECT_EQ(ReadFile(Path("five"), 4).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(FilesTest, PublishesADirectoryOnce) {
  ASSERT_TRUE(MakeDirectories(Path("new/part")).ok());
  ASSERT_TRUE(MakeDirectories(Path("new/part")).ok());
  ASSERT_TRUE(WriteFileDurably(Path("new/part/a"), "1").ok());
  ASSERT_TRUE(PublishDirectory(Path("new"), Path("1")).ok());
  EXPECT_EQ(*ReadFile(Path("1/part/a")), "1");
  EXPECT_FALSE(std::filesystem::exists(Path("new")));

  ASSERT_TRUE(MakeDirectories(Path("other")).ok());
  EXPECT_EQ(PublishDirectory(Path("other"), Path("1")).code(), absl::StatusCode::kAlreadyExists);
  ASSERT_TRUE(MakeDirectories(Path("2")).ok());
  EXPECT_EQ(PublishDirectory(Path("other"), Path("2")).code(), absl::StatusCode::kAlreadyExists)
      << "an empty directory is a place that is taken";
  EXPECT_EQ(*ReadFile(Path("1/part/a")), "1");
}

TEST_F(FilesTest, TemporaryDirectoryGoesAwayWithTheObject) {
  std::string path;
  {
    absl::StatusOr<TemporaryDirectory> made = TemporaryDirectory::Create("some-name");
    ASSERT_TRUE(made.ok());
    const TemporaryDirectory moved = *std::move(made);
    path = moved.path();
    EXPECT_NE(path.find("some-name"), std::string::npos);
    ASSERT_TRUE(WriteFileDurably(path + "/a", "1").ok());
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace cofilter::runtime
