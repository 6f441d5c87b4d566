// Slots, names, addresses, entries of the log, and what Redis's errors mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/store/redis/client.h"
#include "service/store/redis/command.h"
#include "service/store/redis/endpoint.h"
#include "service/store/redis/key_names.h"
#include "service/store/redis/log_entry.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service::redis {
namespace {

TEST(KeySlotTest, AgreesWithTheClusterSpecification) {
  EXPECT_EQ(KeySlot("123456789"), 0x31C3);
  EXPECT_EQ(KeySlot("{user1000}.following"), KeySlot("user1000"));
  EXPECT_EQ(KeySlot("foo{{bar}}zap"), KeySlot("{bar"));
  EXPECT_EQ(KeySlot("foo{bar}{zap}"), KeySlot("bar"));
  EXPECT_NE(KeySlot("foo{}{bar}"), KeySlot("bar"));  // an empty tag is none
}

TEST(KeyNamesTest, EveryKeyOfAMemberIsInOneSlotWhateverTheId) {
  const KeyNames names("cofilter", "a}b{c");
  for (const char* id : {"ann", "}", "{", "a}{b", "x/y", "100%", "客户"}) {
    const KeyNames::Member member = names.OfMember(id);
    EXPECT_EQ(KeySlot(member.record), KeySlot(member.pairs)) << id;
    EXPECT_EQ(KeySlot(member.record), KeySlot(member.events)) << id;
  }
  EXPECT_EQ(KeySlot(names.meta), KeySlot(names.log));
  EXPECT_EQ(KeySlot(names.meta), KeySlot(names.event_ids + "00000"));
}

TEST(KeyNamesTest, DifferentIdsHaveDifferentKeys) {
  EXPECT_NE(KeyNames("c", "a/b").OfMember("x").record, KeyNames("c", "a").OfMember("b/x").record);
  EXPECT_NE(KeyNames("c", "a").OfMember("%2F").record, KeyNames("c", "a").OfMember("/").record);
  EXPECT_NE(KeyNames("c", "a").Receipt("x"), KeyNames("c", "a").Answer("x"));
}

TEST(EndpointTest, ReadsNamesAndAddresses) {
  EXPECT_EQ(*ParseEndpoint("redis.example.org:6379"), (Endpoint{"redis.example.org", 6379}));
  EXPECT_EQ(*ParseEndpoint("[::1]:7000"), (Endpoint{"::1", 7000}));
  EXPECT_EQ(*ParseEndpoint("::1:7000"), (Endpoint{"::1", 7000}));  // as redirections have it
  EXPECT_EQ(ParseEndpoint("::1:7000")->Text(), "[::1]:7000");
  for (const char* wrong : {"", "host", ":6379", "host:", "host:0", "host:70000", "host:6379x"}) {
    EXPECT_FALSE(ParseEndpoint(wrong).ok()) << wrong;
  }
}

TEST(LogEntryTest, EveryCutIsNoticed) {
  data::Event event = MakeEvent({.id = "e1"});
  event.progress = 0.5f;
  event.surface = "news";
  const std::string bytes = EncodeLogEntry(7, event);
  const auto whole = DecodeLogEntry(bytes);
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(whole->event, event);
  EXPECT_EQ(whole->writer, 7u);
  const std::size_t without_rest = EncodeLogEntry(7, MakeEvent({.id = "e1"})).size();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (size == without_rest) continue;  // is an event of its own
    EXPECT_FALSE(DecodeLogEntry(bytes.substr(0, size)).ok()) << size;
  }
}

TEST(LogEntryTest, TheContentIsAllButTheTimeOfReceipt) {
  const data::Event event = MakeEvent({.id = "e1"});
  data::Event later = event;
  later.received_at += std::chrono::hours(1);
  EXPECT_EQ(ContentDigest(event), ContentDigest(later));
  later.occurred_at += std::chrono::microseconds(1);
  EXPECT_NE(ContentDigest(event), ContentDigest(later));
}

TEST(StatusOfErrorTest, TellsAwayFromDamagedFromRefused) {
  using absl::StatusCode;
  const std::pair<const char*, StatusCode> cases[] = {
      {"OOM command not allowed when used memory > 'maxmemory'.", StatusCode::kUnavailable},
      {"READONLY You can't write against a read only replica.", StatusCode::kUnavailable},
      {"MISCONF Redis is configured to save RDB snapshots", StatusCode::kUnavailable},
      {"LOADING Redis is loading the dataset in memory", StatusCode::kUnavailable},
      {"WRONGTYPE Operation against a key", StatusCode::kDataLoss},
      {"ERR Error running script: @user_script:1: WRONGTYPE Operation", StatusCode::kDataLoss},
      {"COFILTER_FULL the log is full", StatusCode::kResourceExhausted},
      {"COFILTER_ABORTED item x has changed", StatusCode::kAborted},
      {"ERR unknown command", StatusCode::kFailedPrecondition},
  };
  for (const auto& [text, code] : cases) EXPECT_EQ(StatusOfError(text).code(), code) << text;
}

}  // namespace
}  // namespace cofilter::service::redis
