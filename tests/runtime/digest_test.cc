// Digests against published values.
#include "runtime/digest.h"

#include <gtest/gtest.h>

#include <set>

namespace cofilter::runtime {
namespace {

TEST(Sha256Test, MatchesPublishedDigests) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(FastChecksumTest, IsXxh3AndSeesEveryBit) {
  // XXH3 of nothing with seed 0, from xxHash's own tests.
  EXPECT_EQ(FastChecksum({}), 0x2d06800538d394c2u);
  std::array<std::byte, 64> bytes{};
  const std::uint64_t before = FastChecksum(bytes);
  bytes[40] = std::byte{1};
  EXPECT_NE(FastChecksum(bytes), before);
}

TEST(RandomUuidTest, HasVersionFourFormAndDiffers) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string uuid = RandomUuid();
    ASSERT_EQ(uuid.size(), 36u);
    EXPECT_EQ(uuid[8], '-');
    EXPECT_EQ(uuid[13], '-');
    EXPECT_EQ(uuid[14], '4');
    EXPECT_EQ(uuid[18], '-');
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
    EXPECT_EQ(uuid[23], '-');
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 100u);
}

}  // namespace
}  // namespace cofilter::runtime
