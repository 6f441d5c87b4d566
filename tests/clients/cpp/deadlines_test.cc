// Which deadline a call has.
#include "clients/cpp/deadlines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cofilter/v1/event_service.pb.h"
#include "cofilter/v1/model_service.pb.h"
#include "cofilter/v1/recommendation_service.pb.h"
#include "service_config.h"

namespace cofilter::client {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

TEST(DeadlinesTest, TheNearestNameGives) {
  const Deadlines deadlines(R"({"methodConfig": [
      {"name": [{}], "timeout": "9s"},
      {"name": [{"service": "cofilter.v1.EventService"}], "timeout": "0.25s", "waitForReady": true},
      {"name": [{"service": "cofilter.v1.EventService", "method": "StreamEvents"}]}]})");
  EXPECT_EQ(deadlines.Of(*v1::RecordEventsRequest::descriptor()), milliseconds(250));
  EXPECT_EQ(deadlines.Of(*v1::StreamEventsRequest::descriptor()), std::nullopt);
  EXPECT_EQ(deadlines.Of(*v1::ListModelsRequest::descriptor()), milliseconds(9000));
  EXPECT_THAT(deadlines.service_config(), Not(HasSubstr("timeout")));
  EXPECT_THAT(deadlines.service_config(), HasSubstr("\"waitForReady\":true"));
}

TEST(DeadlinesTest, AListHasTwoSeconds) {
  const Deadlines deadlines(kServiceConfig);
  EXPECT_EQ(deadlines.Of(*v1::RecommendItemsRequest::descriptor()), milliseconds(2000));
  EXPECT_THAT(deadlines.service_config(), HasSubstr("\"retryableStatusCodes\":[\"UNAVAILABLE\"]"));
  EXPECT_THAT(deadlines.service_config(), HasSubstr("\"maxAttempts\":4"));
}

}  // namespace
}  // namespace cofilter::client
