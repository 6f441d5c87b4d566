// Descriptors: what is accepted, what is refused and how a missing set is named.
#include "bench/set_descriptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "bench/set_items.h"
#include "runtime/files.h"

namespace cofilter::bench {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kGood =
    R"({"format": "list", "order": "sequence", "train": "train.txt", "test": "test.txt"})";

class SetDescriptorTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view content) {
    ASSERT_TRUE(
        runtime::MakeDirectories(directory_.path() + "/" + name.substr(0, name.rfind('/'))).ok());
    std::ofstream(directory_.path() + "/" + name) << content;
  }
  std::string Place(const std::string& name) const { return directory_.path() + "/" + name; }

  runtime::TemporaryDirectory directory_ = runtime::TemporaryDirectory::Create("bench").value();
};

TEST_F(SetDescriptorTest, ReadsFormatOrderAndFiles) {
  Write("mine/dataset.json", kGood);
  Write("mine/train.txt", "0 1 2\n");
  Write("mine/test.txt", "0 3\n");
  for (const char* name : {"mine", "mine/"}) {
    const auto set = ReadDescriptor(Place(name));
    ASSERT_TRUE(set.ok()) << set.status();
    EXPECT_EQ(set->name, "mine");
    EXPECT_EQ(set->format, "list");
    EXPECT_EQ(set->order, data::Order::kSequence);
    EXPECT_TRUE(SourceOptionsOf(*set).list.order_is_sequence);
    EXPECT_THAT(set->train, HasSubstr("mine/train.txt"));
  }
}

TEST_F(SetDescriptorTest, ItemsComeFromACatalogueOrATable) {
  Write(
      "mine/dataset.json",
      R"({"format": "list", "order": "none", "train": "a", "test": "a", "items": "items.jsonl"})");
  Write("mine/a", "0 1 2\n");
  EXPECT_THAT(std::string(ReadDescriptor(Place("mine")).status().message()),
              HasSubstr("items.jsonl"));
  Write("mine/items.jsonl", R"({"item_id":"1","kind":"news","title":"one","topics":["b","a"]})"
                            "\n");
  auto set = ReadDescriptor(Place("mine"));
  ASSERT_TRUE(set.ok()) << set.status();
  auto items = ReadSetItems(*set);
  ASSERT_TRUE(items.ok()) << items.status();
  ASSERT_EQ(items->size(), 1u);
  EXPECT_EQ(items->front().topics, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(items->front().kind, data::ItemKind::kCourse) << "what the bench's surfaces serve";

  Write("mine/table.csv", "id,name,genres\n7,\"Seven, the film\",Crime|Drama\n8,Eight,\n");
  set->items = {Place("mine/table.csv"), "id", "name", "genres"};
  items = ReadSetItems(*set);
  ASSERT_TRUE(items.ok()) << items.status();
  ASSERT_EQ(items->size(), 2u);
  EXPECT_EQ(items->front().title, "Seven, the film");
  EXPECT_EQ(items->front().topics, (std::vector<std::string>{"Crime", "Drama"}));
  EXPECT_TRUE(items->back().topics.empty());
  set->items.topics = "tags";
  EXPECT_THAT(std::string(ReadSetItems(*set).status().message()), HasSubstr("no column \"tags\""));
  set->items = {};
  EXPECT_TRUE(ReadSetItems(*set)->empty());
}

TEST_F(SetDescriptorTest, NamesAFileThatIsMissing) {
  Write("mine/dataset.json", kGood);
  Write("mine/train.txt", "");
  const auto set = ReadDescriptor(Place("mine"));
  EXPECT_EQ(set.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(set.status().message()), HasSubstr("test.txt"));
}

TEST_F(SetDescriptorTest, NamesTheKeyThatIsWrong) {
  const auto message = [](std::string_view text) {
    const auto set = ParseDescriptor(text, "/sets/mine");
    EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(set.status().message());
  };
  EXPECT_THAT(message("["), HasSubstr("not a JSON object"));
  EXPECT_THAT(message(R"({"format": "list"})"), HasSubstr("\"order\""));
  EXPECT_THAT(message(R"({"format": "parquet", "order": "none", "train": "a", "test": "b"})"),
              HasSubstr("parquet"));
  EXPECT_THAT(message(R"({"format": "list", "order": "age", "train": "a", "test": "b"})"),
              HasSubstr("\"age\""));
  EXPECT_THAT(message(R"({"format": "list", "order": "none", "train": 1, "test": "b"})"),
              HasSubstr("\"train\""));
  EXPECT_THAT(
      message(R"({"format": "list", "order": "none", "train": "a", "test": "b", "rank": 64})"),
      HasSubstr("\"rank\" is not known"));
}

TEST_F(SetDescriptorTest, AWholeSetSaysHowItIsCut) {
  Write("mine/dataset.json",
        R"({"format": "table", "order": "time", "events": "log.tsv", "split": "time",
            "columns": {"member": "learner", "item": "course", "time": "at"}})");
  Write("mine/log.tsv", "learner\tcourse\tat\n");
  const auto set = ReadDescriptor(Place("mine"));
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_TRUE(set->IsWhole());
  EXPECT_EQ(set->split, "time");
  EXPECT_EQ(SourceOptionsOf(*set).table.member_column, "learner");
  EXPECT_EQ(SourceOptionsOf(*set).table.time_column, "at");
  const auto message = [](std::string_view text) {
    return std::string(ParseDescriptor(text, "/sets/mine").status().message());
  };
  EXPECT_THAT(message(R"({"format": "list", "order": "none", "events": "a", "split": "half"})"),
              HasSubstr("\"half\""));
  EXPECT_THAT(message(R"({"format": "list", "order": "none", "events": "a"})"),
              HasSubstr("\"split\""));
  EXPECT_THAT(message(R"({"format": "list", "order": "none", "events": "a", "split": "hash",
                          "train": "b"})"),
              HasSubstr("either"));
  EXPECT_THAT(message(R"({"format": "table", "order": "none", "train": "a", "test": "b"})"),
              HasSubstr("tables"));
  EXPECT_THAT(message(R"({"format": "table", "order": "none", "events": "a", "split": "hash",
                          "columns": {"user": "u"}})"),
              HasSubstr("\"user\" is not known"));
}

TEST_F(SetDescriptorTest, EveryPublicSetHasADescriptor) {
  for (const std::string& name : PublicSetNames()) {
    const auto set = FindSet(directory_.path(), name);
    EXPECT_EQ(set.status().code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(set.status().message()), HasSubstr("The set is public")) << name;
  }
}

TEST_F(SetDescriptorTest, MissingPublicSetSaysWhereItComesFrom) {
  const auto set = FindSet(directory_.path(), "gowalla");
  EXPECT_EQ(set.status().code(), absl::StatusCode::kNotFound);
  const std::string message(set.status().message());
  EXPECT_THAT(message, HasSubstr("gowalla"));
  EXPECT_THAT(message, HasSubstr("github.com/gusye1234/LightGCN-PyTorch"));
  EXPECT_THAT(std::string(FindSet("", "ml-1m").status().message()),
              HasSubstr("COFILTER_BENCH_DATA"));
}

TEST_F(SetDescriptorTest, BuiltInDescriptorsTakePlainFilesToo) {
  Write("mooccubex-enrolments/train.txt", "0 1 2\n");
  Write("mooccubex-enrolments/test.txt.zst", "");
  const auto set = FindSet(directory_.path(), "mooccubex-enrolments");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->order, data::Order::kSequence);
  EXPECT_TRUE(set->train.ends_with("train.txt"));
  EXPECT_TRUE(set->test.ends_with("test.txt.zst"));
}

TEST_F(SetDescriptorTest, ADescriptorOfItsOwnGoesBeforeTheBuiltInOne) {
  Write("gowalla/dataset.json", kGood);
  Write("gowalla/train.txt", "");
  Write("gowalla/test.txt", "");
  EXPECT_EQ(FindSet(directory_.path(), "gowalla")->order, data::Order::kSequence);
}

}  // namespace
}  // namespace cofilter::bench
