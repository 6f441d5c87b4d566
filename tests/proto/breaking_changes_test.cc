// The contract still serves whoever was built against the last release; and the comparison sees a
// break.
#include "tests/proto/breaking_changes.h"

#include <gmock/gmock.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace cofilter::contract {
namespace {

using google::protobuf::DescriptorPool;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void Load(const std::string& path, DescriptorPool* pool, std::vector<std::string>* files) {
  std::ifstream in(path, std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  ASSERT_TRUE(set.ParseFromIstream(&in)) << path;
  for (const auto& file : set.file()) {
    ASSERT_NE(pool->BuildFile(file), nullptr) << file.name();
    if (file.package() == "cofilter.v1") files->push_back(file.name());
  }
}

TEST(BreakingChangesTest, NoneSinceTheLastRelease) {
  DescriptorPool before;
  DescriptorPool now;
  std::vector<std::string> files;
  std::vector<std::string> files_now;
  Load(COFILTER_SOURCE_DIR "/tests/golden/release-0.1.0/contract.descriptors", &before, &files);
  Load(COFILTER_DESCRIPTORS, &now, &files_now);
  EXPECT_EQ(files.size(), 7u);
  EXPECT_THAT(BreakingChanges(before, now, files), IsEmpty());
}

std::vector<std::string> Changes(const std::string& before_body, const std::string& now_body) {
  const auto build = [](const std::string& body, DescriptorPool* pool) {
    const std::string text = "syntax = \"proto3\"; package p;\n" + body;
    google::protobuf::io::ArrayInputStream in(text.data(), static_cast<int>(text.size()));
    google::protobuf::io::Tokenizer tokens(&in, nullptr);
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(google::protobuf::compiler::Parser().Parse(&tokens, &file)) << text;
    file.set_name("p.proto");
    EXPECT_NE(pool->BuildFile(file), nullptr) << text;
  };
  DescriptorPool before;
  DescriptorPool now;
  build(before_body, &before);
  build(now_body, &now);
  return BreakingChanges(before, now, {"p.proto"});
}

TEST(BreakingChangesTest, AdditionsBreakNothing) {
  EXPECT_THAT(
      Changes("message M { string a = 1; } enum E { X = 0; } service S { rpc R(M) returns (M); }",
              "message M { string a = 1; int32 b = 2; } message N {} enum E { X = 0; Y = 1; } "
              "service S { rpc R(M) returns (M); rpc Q(N) returns (M); }"),
      IsEmpty());
  EXPECT_THAT(Changes("message M { string a = 1; }", "message M { reserved 1; reserved \"a\"; }"),
              IsEmpty());
}

TEST(BreakingChangesTest, SeesEachBreak) {
  const auto breaks = [](const std::string& before, const std::string& now) {
    EXPECT_THAT(Changes(before, now), ElementsAre(HasSubstr(""))) << before << " → " << now;
  };
  breaks("message M {}", "message N {}");
  breaks("message M { string a = 1; }", "message M {}");
  breaks("message M { string a = 1; }", "message M { reserved 1; }");
  breaks("message M { string a = 1; }", "message M { string b = 1; }");
  breaks("message M { string a = 1; }", "message M { bytes a = 1; }");
  breaks("message M { string a = 1; }", "message M { repeated string a = 1; }");
  breaks("message M { string a = 1; }", "message M { optional string a = 1; }");
  breaks("enum E { X = 0; Y = 1; }", "enum E { X = 0; }");
  breaks("enum E { X = 0; Y = 1; }", "enum E { X = 0; Z = 1; }");
  breaks("message M {} service S { rpc R(M) returns (M); }", "message M {} service S {}");
  breaks("message M {} service S { rpc R(M) returns (M); }",
         "message M {} service S { rpc R(M) returns (stream M); }");
  breaks("message M {} message N {} service S { rpc R(M) returns (M); }",
         "message M {} message N {} service S { rpc R(M) returns (N); }");
  breaks(
      "message M {} service S { rpc R(M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; "
      "} }",
      "message M {} service S { rpc R(M) returns (M); }");
}

}  // namespace
}  // namespace cofilter::contract
