// The bytes of the store's blobs: as docs/formats/store.md gives them, and damaged ones refused.
#include "service/store/encoding.h"

#include <gtest/gtest.h>

#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

TEST(StoreEncodingTest, AnEventsRestIsTheDocumentedExample) {
  data::Event event;
  event.surface = "news";
  event.position = 3;
  std::string bytes = "left over";
  EncodeEventRest(event, &bytes);
  EXPECT_EQ(bytes, std::string("\xc0\x02\x04news\x03\x00\x00\x00", 11));
  EncodeEventRest(data::Event{}, &bytes);
  EXPECT_EQ(bytes, "");
}

TEST(StoreEncodingTest, CutBytesAreDataLoss) {
  data::Event event;
  event.surface = "news";
  event.position = 3;
  std::string rest;
  EncodeEventRest(event, &rest);
  for (std::size_t size = 1; size < rest.size(); ++size) {
    data::Event decoded;
    EXPECT_TRUE(absl::IsDataLoss(DecodeEventRest(rest.substr(0, size), &decoded))) << size;
  }
  data::Item item = MakeItem("i1", "title");
  item.topics = {"a", "b"};
  item.published_at = At(1);
  const std::string body = EncodeItem(item);
  for (std::size_t size = 0; size < body.size(); ++size) {
    data::Item decoded;
    EXPECT_TRUE(absl::IsDataLoss(DecodeItem(body.substr(0, size), &decoded))) << size;
  }
  EXPECT_TRUE(
      absl::IsDataLoss(DecodeTexts("\xff\xff\xff\xff\x0f").status()));  // more than there is
  EXPECT_TRUE(absl::IsDataLoss(DecodeTexts("\x01\x01"
                                           "ax")
                                   .status()));  // bytes left over
}

}  // namespace
}  // namespace cofilter::service
