// Damaged artifacts: every kind of cut, every section, every byte of header, table and manifest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "models/artifact_manifest.h"
#include "models/model.h"
#include "models/operator_file_layout.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "tests/models/artifact_examples.h"
#include "tests/models/operator_examples.h"

namespace cofilter::models {
namespace {

constexpr std::string_view kFile = "news.operator";

class ArtifactCorruptionTest : public testing::Test {
 protected:
  ArtifactCorruptionTest() : directory_(*runtime::TemporaryDirectory::Create()) {
    EXPECT_TRUE(
        PublishArtifact(directory_.path(), MakeArtifactDescription(), MakeArtifactOperators())
            .ok());
    good_ = *runtime::ReadFile(PathOf(kFile));
    manifest_ = *runtime::ReadFile(PathOf(kManifestName));
  }

  std::string PathOf(std::string_view name) const {
    return ArtifactPath(directory_.path(), 1) + "/" + std::string(name);
  }
  void Write(std::string_view name, std::string_view content) const {
    // A new file each time: some file systems wait for the disk when one is cut to nothing and
    // written again.
    std::filesystem::remove(PathOf(name));
    std::ofstream(PathOf(name), std::ios::binary | std::ios::trunc)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
  }
  absl::Status Load() const { return Model::Load(ArtifactPath(directory_.path(), 1)).status(); }

  // Writes the file and a manifest whose digests are right for it: only what the numbers say is
  // wrong then.
  void WriteWithDigests(
      const std::string& content,
      const std::function<void(Manifest*)>& change = [](Manifest*) {}) const {
    Write(kFile, content);
    Manifest manifest = *ParseManifest(manifest_);
    for (OperatorRecord& record : manifest.operators) {
      if (record.file() != kFile) continue;
      const auto bytes = std::as_bytes(std::span(content));
      record.bytes = content.size();
      record.sha256 = runtime::Hex(runtime::Sha256(bytes));
      char text[17];
      std::snprintf(text, sizeof text, "%016llx",
                    static_cast<unsigned long long>(runtime::FastChecksum(bytes)));
      record.xxh3 = text;
    }
    change(&manifest);
    Write(kManifestName, *WriteManifest(manifest));
  }

  std::vector<SectionEntry> Table(const std::string& file) const {
    OperatorFileHeader header;
    std::memcpy(&header, file.data(), sizeof header);
    std::vector<SectionEntry> table(header.sections);
    std::memcpy(table.data(), file.data() + sizeof header, table.size() * sizeof(SectionEntry));
    return table;
  }
  // Puts the table back, with the checksum of the header made right.
  void SetTable(
      std::string* file, const std::vector<SectionEntry>& table,
      const std::function<void(OperatorFileHeader*)>& change = [](OperatorFileHeader*) {}) const {
    OperatorFileHeader header;
    std::memcpy(&header, file->data(), sizeof header);
    change(&header);
    header.checksum = HeaderChecksum(header, table);
    std::memcpy(file->data(), &header, sizeof header);
    std::memcpy(file->data() + sizeof header, table.data(), table.size() * sizeof(SectionEntry));
  }

  const runtime::TemporaryDirectory directory_;
  std::string good_, manifest_;
};

testing::Matcher<absl::Status> LossNaming(std::string_view text) {
  return testing::AllOf(
      testing::Property(&absl::Status::code, absl::StatusCode::kDataLoss),
      testing::ResultOf([](const absl::Status& status) { return std::string(status.message()); },
                        testing::HasSubstr(std::string(text))));
}

TEST_F(ArtifactCorruptionTest, TheUndamagedOneLoads) {
  EXPECT_TRUE(Load().ok());
  WriteWithDigests(good_);
  EXPECT_TRUE(Load().ok());
}

TEST_F(ArtifactCorruptionTest, EveryLengthButTheRightOneIsRefused) {
  for (std::size_t length = 0; length < good_.size(); ++length) {
    Write(kFile, std::string_view(good_).substr(0, length));
    ASSERT_THAT(Load(), LossNaming(kFile)) << length;
  }
  Write(kFile, good_ + std::string(64, '\0'));
  EXPECT_THAT(Load(), LossNaming(kFile));
}

// Though the manifest agrees with the shorter file.
TEST_F(ArtifactCorruptionTest, AShortFileIsRefusedEvenWhereTheManifestAgrees) {
  for (std::size_t length = 0; length < good_.size(); ++length) {
    WriteWithDigests(good_.substr(0, length));
    ASSERT_THAT(Load(), LossNaming(kFile)) << length;
  }
}

TEST_F(ArtifactCorruptionTest, AFlippedBitInAnySectionIsRefusedByName) {
  for (const SectionEntry& section : Table(good_)) {
    const std::string name(section.name.data(), strnlen(section.name.data(), 16));
    ASSERT_GT(section.bytes, 0u) << name << " is empty, so the example does not try it";
    for (const std::uint64_t at : {std::uint64_t{0}, section.bytes / 2, section.bytes - 1}) {
      for (const int bit : {0, 7}) {
        std::string damaged = good_;
        damaged[section.offset + at] ^= static_cast<char>(1 << bit);
        Write(kFile, damaged);
        EXPECT_THAT(Load(), LossNaming(name));
        WriteWithDigests(damaged);
        EXPECT_THAT(Load(), LossNaming(name));
        Write(kManifestName, manifest_);
      }
    }
  }
}

TEST_F(ArtifactCorruptionTest, AFlippedBitAnywhereInTheFileIsRefused) {
  for (std::size_t at = 0; at < good_.size(); ++at) {
    std::string damaged = good_;
    damaged[at] ^= static_cast<char>(1 << (at % 8));
    WriteWithDigests(damaged);
    ASSERT_FALSE(Load().ok()) << at;
  }
}

TEST_F(ArtifactCorruptionTest, AFlippedBitAnywhereInTheManifestIsRefused) {
  for (std::size_t at = 0; at < manifest_.size(); ++at) {
    std::string damaged = manifest_;
    damaged[at] ^= static_cast<char>(1 << (at % 7));
    Write(kManifestName, damaged);
    const absl::Status status = Load();
    ASSERT_TRUE(absl::IsDataLoss(status) || absl::IsFailedPrecondition(status)) << at << status;
    ASSERT_THAT(std::string(status.message()), testing::HasSubstr("manifest.json"));
  }
}

TEST_F(ArtifactCorruptionTest, ACutManifestIsRefused) {
  for (std::size_t length = 0; length < manifest_.size(); ++length) {
    Write(kManifestName, std::string_view(manifest_).substr(0, length));
    ASSERT_THAT(Load(), LossNaming("manifest.json")) << length;
  }
  Write(kManifestName, manifest_ + "\n");
  EXPECT_THAT(Load(), LossNaming("manifest.json"));
  Write(kManifestName, std::string(kMaxManifestBytes + 1, ' '));
  EXPECT_THAT(Load(), LossNaming("manifest.json"));
  Write(kManifestName, std::string(500000, '['));
  EXPECT_THAT(Load(), LossNaming("manifest.json"));
  Write(kManifestName, std::string(200000, '[') + std::string(200000, ']'));
  EXPECT_THAT(Load(), LossNaming("manifest.json"));
}

TEST_F(ArtifactCorruptionTest, AMissingOperatorFileIsLoss) {
  std::filesystem::remove(PathOf(kFile));
  EXPECT_THAT(Load(), LossNaming(kFile));
}

TEST_F(ArtifactCorruptionTest, ANewerFormatIsRefusedWithBothVersions) {
  std::string newer = manifest_;
  const std::string entry = "\"format_version\": 2";
  newer.replace(newer.find(entry), entry.size(), "\"format_version\": 7");
  Write(kManifestName, newer);
  absl::Status status = Load();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), testing::ContainsRegex("version 7.*version 2"));

  std::string file = good_;
  SetTable(&file, Table(good_), [](OperatorFileHeader* header) { header->format_version = 9; });
  WriteWithDigests(file);
  status = Load();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), testing::ContainsRegex("version 9.*version 2"));
}

// Checksums are right in all of these; the structure is not.
TEST_F(ArtifactCorruptionTest, TablesThatDoNotHoldTogetherAreRefused) {
  const std::vector<SectionEntry> table = Table(good_);
  const auto refuses = [&](const std::function<void(std::vector<SectionEntry>*)>& damage,
                           std::string_view naming) {
    std::vector<SectionEntry> damaged = table;
    damage(&damaged);
    std::string file = good_;
    SetTable(&file, damaged);
    WriteWithDigests(file);
    EXPECT_THAT(Load(), LossNaming(naming));
  };
  constexpr std::uint64_t kHuge = ~std::uint64_t{0};
  for (std::size_t s = 0; s < table.size(); ++s) {
    const std::string name(table[s].name.data(), strnlen(table[s].name.data(), 16));
    refuses([&](auto* t) { (*t)[s].name[0] = 'X'; }, name);
    refuses([&](auto* t) { (*t)[s].type = static_cast<ElementType>(9); }, name);
    refuses([&](auto* t) { (*t)[s].reserved = 1; }, name);
    refuses([&](auto* t) { (*t)[s].rows = kHuge; }, name);
    refuses([&](auto* t) { (*t)[s].rows += 1; }, name);
    refuses([&](auto* t) { (*t)[s].columns = kHuge; }, name);
    refuses([&](auto* t) { (*t)[s].offset = kHuge; }, name);
    refuses([&](auto* t) { (*t)[s].offset += 64; }, name);
    refuses([&](auto* t) { (*t)[s].offset += 1; }, name);
    refuses([&](auto* t) { (*t)[s].offset = 0; }, name);
    refuses([&](auto* t) { (*t)[s].bytes = kHuge; }, name);
    refuses([&](auto* t) { (*t)[s].bytes += 4; }, name);
    refuses([&](auto* t) { (*t)[s].checksum ^= 1; }, name);
  }
  const auto refuses_header = [&](const std::function<void(OperatorFileHeader*)>& damage) {
    std::string file = good_;
    SetTable(&file, table, damage);
    WriteWithDigests(file);
    EXPECT_THAT(Load(), LossNaming(kFile));
  };
  refuses_header([](auto* h) { h->sections = 0xffffffff; });
  refuses_header([](auto* h) { h->sections = 0; });
  refuses_header([](auto* h) { h->sections -= 1; });
  refuses_header([](auto* h) { h->dim = 0xffffffff; });
  refuses_header([](auto* h) { h->dim = 0; });
  refuses_header([](auto* h) { h->buckets += 1; });
  refuses_header([](auto* h) { h->reserved = 1; });
  refuses_header([](auto* h) { h->file_bytes += 1; });
  refuses_header([](auto* h) { h->endian_mark = 0x0d0c0b0a; });
  refuses_header([](auto* h) { h->format_version = 0; });
  refuses_header([](auto* h) { h->members += 1; });  // not what the manifest says
}

// A section's numbers are wrong, and every checksum agrees with them.
TEST_F(ArtifactCorruptionTest, NumbersThatDoNotHoldTogetherAreRefused) {
  std::vector<SectionEntry> table = Table(good_);
  for (SectionEntry& section : table) {
    const std::string name(section.name.data(), strnlen(section.name.data(), 16));
    std::string file = good_;
    std::memset(file.data() + section.offset, 0xff, section.bytes);  // NaN, huge, no UTF-8
    const SectionEntry before = section;
    section.checksum = runtime::FastChecksum(
        std::as_bytes(std::span(file)).subspan(section.offset, section.bytes));
    SetTable(&file, table);
    WriteWithDigests(file);
    section = before;
    EXPECT_EQ(Load().code(), absl::StatusCode::kDataLoss) << name;
  }
}

TEST_F(ArtifactCorruptionTest, AManifestThatDisagreesWithTheFileIsRefused) {
  const auto refuses = [&](const std::function<void(OperatorRecord*)>& damage) {
    WriteWithDigests(good_, [&](Manifest* manifest) {
      for (OperatorRecord& record : manifest->operators) {
        if (record.file() == kFile) damage(&record);
      }
    });
    EXPECT_THAT(Load(), LossNaming(kFile));
  };
  refuses([](auto* record) { record->items += 1; });
  refuses([](auto* record) { record->dim += 1; });
  refuses([](auto* record) { record->buckets += 1; });
  refuses([](auto* record) { record->members += 1; });
  refuses([](auto* record) { record->interactions += 1; });
  refuses([](auto* record) { record->list_entries[1] += 1; });
  refuses([](auto* record) { record->xxh3[3] = record->xxh3[3] == '0' ? '1' : '0'; });
  refuses([](auto* record) {
    record->parameters.lists.pop_back();
    record->list_entries.pop_back();
  });
}

TEST_F(ArtifactCorruptionTest, VerifyDigestsFindsWhatTheFastChecksumsMiss) {
  WriteWithDigests(good_, [](Manifest* manifest) {
    char& digit = manifest->operators[0].sha256[0];
    digit = digit == '0' ? '1' : '0';
  });
  EXPECT_TRUE(Load().ok());
  EXPECT_THAT(VerifyDigests(ArtifactPath(directory_.path(), 1)), LossNaming("SHA-256"));
}

}  // namespace
}  // namespace cofilter::models
