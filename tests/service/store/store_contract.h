// The fixture of the contract tests: the same for every implementation of the store.
#ifndef COFILTER_TESTS_SERVICE_STORE_STORE_CONTRACT_H_
#define COFILTER_TESTS_SERVICE_STORE_STORE_CONTRACT_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runtime/files.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {

inline std::string StoreName(const testing::TestParamInfo<StoreFactory>& factory) {
  return factory.param.name;
}

class StoreContractTest : public testing::TestWithParam<StoreFactory> {
 protected:
  void SetUp() override {
    auto directory = runtime::TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok()) << directory.status();
    directory_ = std::make_unique<runtime::TemporaryDirectory>(std::move(*directory));
    Reopen();
  }
  void Reopen(const std::string& organisation = "default") {
    store_.reset();
    auto store = GetParam().open(directory_->path(), organisation, clock_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = std::move(*store);
  }
  Store& store() { return *store_; }

  runtime::SimulatedClock clock_{At(0)};

 private:
  std::unique_ptr<runtime::TemporaryDirectory> directory_;
  std::unique_ptr<Store> store_;
};

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_STORE_STORE_CONTRACT_H_
