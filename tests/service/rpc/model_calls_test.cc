// ModelService over a socket: listed, promoted while serving, refused when corrupt, rolled back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "models/artifact.h"
#include "runtime/files.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

using Stub = v1::ModelService::Stub;

class ModelCallsTest : public testing::Test {
 protected:
  grpc::Status Promote(std::int64_t version, v1::ModelDeployment* deployment,
                       const std::string& etag = "", bool validate_only = false) {
    v1::PromoteModelRequest request;
    request.set_version(version);
    request.set_reason("better");
    request.set_etag(etag);
    request.set_validate_only(validate_only);
    return Call(*server_.models, &Stub::PromoteModel, request, deployment);
  }
  grpc::Status RollBack(v1::ModelDeployment* deployment) {
    v1::RollBackModelRequest request;
    request.set_reason("worse after all");
    return Call(*server_.models, &Stub::RollBackModel, request, deployment);
  }
  v1::ListModelsResponse List(int page_size = 0, const std::string& page_token = "") {
    v1::ListModelsRequest request;
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    v1::ListModelsResponse response;
    const grpc::Status status = Call(*server_.models, &Stub::ListModels, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  RunningServer server_;
};

TEST_F(ModelCallsTest, ListsWhatIsPublishedNewestFirst) {
  server_.Publish(2);
  server_.Publish(3);
  const v1::ListModelsResponse first = List(2);
  ASSERT_EQ(first.models_size(), 2);
  EXPECT_EQ(first.models(0).version(), 3);
  EXPECT_FALSE(first.models(0).served());
  EXPECT_EQ(first.deployment().version(), 1);
  ASSERT_EQ(first.deployment().replicas_size(), 1);
  EXPECT_EQ(first.deployment().replicas(0).served_version(), 1);
  EXPECT_EQ(first.deployment().replicas(0).problem(), "");
  const v1::ListModelsResponse second = List(2, first.next_page_token());
  ASSERT_EQ(second.models_size(), 1);
  EXPECT_EQ(second.models(0).version(), 1);
  EXPECT_TRUE(second.models(0).served());
  EXPECT_TRUE(second.models(0).promoted());
  EXPECT_EQ(second.models(0).operators(0).name(), "news");
  EXPECT_EQ(second.models(0).operators(0).items(), 50);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(ModelCallsTest, GetModelCarriesItsReport) {
  ASSERT_TRUE(runtime::WriteFileDurably(models::ReportPath(server_.models_directory(), 1),
                                        R"({"recall":0.2})")
                  .ok());
  v1::GetModelRequest request;
  request.set_version(1);
  v1::Model model;
  ASSERT_TRUE(Call(*server_.models, &Stub::GetModel, request, &model).ok());
  EXPECT_EQ(model.report_json(), R"({"recall":0.2})");
  EXPECT_EQ(model.events(), 1000);
  ASSERT_EQ(model.operators(0).dial_notches_size(), models::kNotches);
  const v1::DialNotch& fourth = model.operators(0).dial_notches(4);
  EXPECT_DOUBLE_EQ(fourth.dial(), 0.4);
  EXPECT_NEAR(fourth.cost(), 0.04, 1e-12);
  EXPECT_NEAR(fourth.recall(), 0.192, 1e-12);
  EXPECT_NEAR(fourth.tail_recall(), 0.09, 1e-12);
  request.set_version(77);
  const grpc::Status status = Call(*server_.models, &Stub::GetModel, request, &model);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ModelCallsTest, APromotedModelIsServedByTheNextCall) {
  const std::int64_t version = server_.Publish(2);
  EXPECT_EQ(server_.Recommend("ann").revisions().model(), 1);
  v1::ModelDeployment deployment;
  ASSERT_TRUE(Promote(version, &deployment, "", true).ok());
  EXPECT_EQ(server_.Recommend("ann").revisions().model(), 1);
  ASSERT_TRUE(Promote(version, &deployment).ok());
  EXPECT_EQ(deployment.version(), version);
  EXPECT_EQ(deployment.previous_version(), 1);
  EXPECT_EQ(deployment.replicas(0).served_version(), version);
  EXPECT_EQ(deployment.reason(), "better");
  EXPECT_EQ(server_.Recommend("ann").revisions().model(), version);

  // Once more changes nothing, so that the way back stays open.
  ASSERT_TRUE(Promote(version, &deployment).ok());
  EXPECT_EQ(deployment.previous_version(), 1);
  ASSERT_TRUE(RollBack(&deployment).ok());
  EXPECT_EQ(deployment.version(), 1);
  EXPECT_EQ(server_.Recommend("ann").revisions().model(), 1);

  const auto entries = server_.store().audit().ReadAfter(0, 10);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(entries->at(0).action, "models.promote");
  EXPECT_EQ(entries->at(0).subject, "models/2");
  EXPECT_THAT(entries->at(0).detail, testing::HasSubstr("better"));
  EXPECT_EQ(entries->at(1).action, "models.roll_back");
}

TEST_F(ModelCallsTest, AnotherEtagAborts) {
  const std::string etag = List().deployment().etag();
  v1::ModelDeployment deployment;
  ASSERT_TRUE(Promote(server_.Publish(2), &deployment, etag).ok());
  EXPECT_EQ(Promote(1, &deployment, etag).error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(List().deployment().version(), 2);
}

TEST_F(ModelCallsTest, NothingBeforeTheFirstToRollBackTo) {
  v1::ModelDeployment deployment;
  EXPECT_EQ(RollBack(&deployment).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(ModelCallsTest, ACorruptArtifactIsRefusedAndTheModelInServiceStays) {
  const std::int64_t version = server_.Publish(2);
  const std::string directory =
      models::ArtifactPath(server_.models_directory(), static_cast<std::uint64_t>(version));
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::string bytes = *runtime::ReadFile(entry.path().string());
    std::string broken = bytes;
    broken[broken.size() / 2] = static_cast<char>(broken[broken.size() / 2] ^ 4);
    std::ofstream(entry.path(), std::ios::binary) << broken;
    v1::ModelDeployment deployment;
    const grpc::Status status = Promote(version, &deployment);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS)
        << entry.path() << status.error_message();
    EXPECT_FALSE(status.error_message().empty());
    EXPECT_EQ(List().deployment().version(), 1);
    EXPECT_EQ(server_.Recommend("ann").revisions().model(), 1);
    std::ofstream(entry.path(), std::ios::binary) << bytes;
  }
  v1::ModelDeployment deployment;
  EXPECT_TRUE(Promote(version, &deployment).ok());
  EXPECT_EQ(Promote(99, &deployment).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ModelCallsTest, NoCallFailsWhileModelsArePromoted) {
  for (unsigned seed = 2; seed <= 5; ++seed) server_.Publish(seed);
  std::atomic<bool> stop{false};
  std::atomic<int> calls{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&, t] {
      v1::RecommendItemsRequest request;
      request.set_member_id(absl::StrCat("m", t));
      request.set_surface("news");
      while (!stop) {
        v1::RecommendItemsResponse response;
        const grpc::Status status =
            Call(*server_.recommendations, &v1::RecommendationService::Stub::RecommendItems,
                 request, &response);
        ++calls;
        if (!status.ok() || response.recommendation().items_size() != 20) ++failed;
      }
    });
  }
  v1::ModelDeployment deployment;
  for (int round = 0; round < 5; ++round) {
    for (std::int64_t version = 1; version <= 5; ++version) {
      EXPECT_TRUE(Promote(version, &deployment).ok());
      EXPECT_EQ(deployment.replicas(0).served_version(), version);
    }
  }
  const int seen = calls;
  while (calls < seen + 100) std::this_thread::yield();
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace cofilter::service
