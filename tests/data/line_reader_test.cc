// Lines from files, directories and standard input, plain and compressed, sound and hostile.
#include "data/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "tests/data/temporary_files.h"

namespace cofilter::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using LineReaderTest = TemporaryFilesTest;

std::vector<std::string> ReadAll(LineReader& reader) {
  std::vector<std::string> lines;
  Line line;
  while (reader.Next(line)) lines.emplace_back(line.text);
  return lines;
}

std::vector<std::string> ReadAll(const std::string& path, const LineReaderOptions& options = {}) {
  absl::StatusOr<LineReader> reader = LineReader::Open(path, options);
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<std::string> lines = ReadAll(*reader);
  EXPECT_TRUE(reader->status().ok()) << reader->status();
  return lines;
}

TEST_F(LineReaderTest, AcceptsEveryLineEndAndByteOrderMark) {
  EXPECT_THAT(ReadAll(Write("a", "one\ntwo\n")), ElementsAre("one", "two"));
  EXPECT_THAT(ReadAll(Write("b", "one\r\n\r\ntwo")), ElementsAre("one", "", "two"));
  EXPECT_THAT(ReadAll(Write("c", "\xef\xbb\xbfone\n")), ElementsAre("one"));
  EXPECT_THAT(ReadAll(Write("d", "")), ElementsAre());
  EXPECT_THAT(ReadAll(Write("e", "\n")), ElementsAre(""));
}

TEST_F(LineReaderTest, ReadsCompressedFilesWhateverTheirName) {
  std::string text;
  std::vector<std::string> lines;
  for (int i = 0; i < 100'000; ++i) {
    lines.push_back("line " + std::to_string(i * 7919));
    text += lines.back() + "\n";
  }
  EXPECT_EQ(ReadAll(Write("a.txt", text, Compression::kGzip)), lines);
  EXPECT_EQ(ReadAll(Write("b.txt", text, Compression::kZstd)), lines);
  EXPECT_EQ(ReadAll(Write("c.gz", text)), lines);
}

TEST_F(LineReaderTest, ReadsSeveralMembersAsOneText) {
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    const std::string first = *runtime::ReadFile(Write("1", "one\ntw", compression));
    const std::string second = *runtime::ReadFile(Write("2", "o\nthree\n", compression));
    EXPECT_THAT(ReadAll(Write("both", first + second)), ElementsAre("one", "two", "three"));
  }
}

TEST_F(LineReaderTest, ReadsADirectoryInTheOrderOfNames) {
  Write("b.jsonl", "three\n", Compression::kGzip);
  Write("a.jsonl", "one\ntwo");
  Write(".hidden", "no\n");
  ASSERT_TRUE(runtime::MakeDirectories(Path("nested")).ok());
  Write("nested/c.jsonl", "no\n");
  absl::StatusOr<LineReader> reader = LineReader::Open(Path());
  ASSERT_TRUE(reader.ok());
  Line line;
  std::vector<std::string> places;
  while (reader->Next(line)) {
    places.push_back(std::string(line.path) + ":" + std::to_string(line.number) + " " +
                     std::string(line.text));
  }
  EXPECT_THAT(places, ElementsAre(Path("a.jsonl") + ":1 one", Path("a.jsonl") + ":2 two",
                                  Path("b.jsonl") + ":1 three"));
  EXPECT_EQ(reader->stored_bytes(), reader->total_stored_bytes());
}

TEST_F(LineReaderTest, ReadsStandardInput) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int kept = ::dup(STDIN_FILENO);
  ASSERT_EQ(::dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
  const std::string gzipped = *runtime::ReadFile(Write("a", "one\ntwo\n", Compression::kGzip));
  std::thread writer([&] {
    // In two parts, so that the first read does not see the whole.
    EXPECT_EQ(::write(ends[1], gzipped.data(), 1), 1);
    EXPECT_EQ(::write(ends[1], gzipped.data() + 1, gzipped.size() - 1),
              static_cast<ssize_t>(gzipped.size() - 1));
    ::close(ends[1]);
  });
  EXPECT_THAT(ReadAll("-"), ElementsAre("one", "two"));
  writer.join();
  ::dup2(kept, STDIN_FILENO);
  ::close(kept);
  ::close(ends[0]);
}

TEST_F(LineReaderTest, CutsLinesThatAreTooLongAndGoesOn) {
  LineReaderOptions options;
  options.max_line_bytes = 10;
  const std::string ten(10, 'x');
  const std::string text = ten + "\n" + ten + "\r\n" + ten + "y\n" + std::string(700'000, 'z') +
                           "\nlast\n" + std::string(600'000, 'w');
  absl::StatusOr<LineReader> reader = LineReader::Open(Write("a", text), options);
  ASSERT_TRUE(reader.ok());
  Line line;
  std::vector<std::pair<std::string, bool>> lines;
  while (reader->Next(line)) {
    EXPECT_EQ(line.number, lines.size() + 1);
    lines.emplace_back(line.text, line.too_long);
  }
  EXPECT_THAT(lines, ElementsAre(std::pair(ten, false), std::pair(ten, false), std::pair(ten, true),
                                 std::pair(std::string(10, 'z'), true), std::pair("last", false),
                                 std::pair(std::string(10, 'w'), true)));
}

TEST_F(LineReaderTest, ReportsStreamsThatAreCutShortOrDamaged) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 104'729) + "\n";
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    const std::string whole = *runtime::ReadFile(Write("whole", text, compression));
    const std::string cut = whole.substr(0, whole.size() / 2);
    absl::StatusOr<LineReader> reader = LineReader::Open(Write("cut", cut));
    ASSERT_TRUE(reader.ok());
    ReadAll(*reader);
    EXPECT_EQ(reader->status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(reader->status().ToString(), HasSubstr(Path("cut")));

    std::string damaged = whole;
    for (std::size_t i = whole.size() / 2; i < whole.size() / 2 + 64; ++i) damaged[i] = '\x55';
    reader = LineReader::Open(Write("damaged", damaged));
    ASSERT_TRUE(reader.ok());
    ReadAll(*reader);
    EXPECT_EQ(reader->status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST_F(LineReaderTest, StopsDecompressionBombs) {
  const std::string zeros(64 << 20, '0');
  LineReaderOptions options;
  options.decompression.max_ratio = 100;
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    absl::StatusOr<LineReader> reader =
        LineReader::Open(Write("bomb", zeros, compression), options);
    ASSERT_TRUE(reader.ok());
    ReadAll(*reader);
    EXPECT_EQ(reader->status().code(), absl::StatusCode::kOutOfRange);
    EXPECT_THAT(reader->status().ToString(), HasSubstr("100 times"));
  }
  options.decompression.max_total_bytes = 1'000;
  absl::StatusOr<LineReader> reader =
      LineReader::Open(Write("long", std::string(2'000, 'x'), Compression::kGzip), options);
  ASSERT_TRUE(reader.ok());
  ReadAll(*reader);
  EXPECT_EQ(reader->status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(LineReaderTest, NamesWhatIsMissing) {
  const absl::Status status = LineReader::Open(Path("none")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.ToString(), HasSubstr(Path("none")));
}

TEST_F(LineReaderTest, ReadsAnEmptyDirectoryAsNothing) {
  EXPECT_THAT(ReadAll(Path()), ElementsAre());
}

}  // namespace
}  // namespace cofilter::data
