// A test fixture with a directory of its own, and files written into it.
#ifndef COFILTER_TESTS_DATA_TEMPORARY_FILES_H_
#define COFILTER_TESTS_DATA_TEMPORARY_FILES_H_

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "data/byte_sink.h"
#include "runtime/files.h"

namespace cofilter::data {

class TemporaryFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<runtime::TemporaryDirectory> made = runtime::TemporaryDirectory::Create();
    ASSERT_TRUE(made.ok()) << made.status();
    directory_.emplace(*std::move(made));
  }

  std::string Path(const std::string& name = "") const {
    return name.empty() ? directory_->path() : directory_->path() + "/" + name;
  }

  std::string Write(const std::string& name, std::string_view content,
                    Compression compression = Compression::kNone) {
    absl::StatusOr<std::unique_ptr<ByteSink>> sink = ByteSink::Create(Path(name), compression);
    EXPECT_TRUE(sink.ok()) << sink.status();
    EXPECT_TRUE((*sink)->Write(content).ok());
    EXPECT_TRUE((*sink)->Close().ok());
    return Path(name);
  }

 private:
  std::optional<runtime::TemporaryDirectory> directory_;
};

}  // namespace cofilter::data

#endif  // COFILTER_TESTS_DATA_TEMPORARY_FILES_H_
