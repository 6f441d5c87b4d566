// What changes one revision at a time: the change feed, the model pointer, the rules.
#ifndef COFILTER_SERVICE_STORE_REDIS_REVISIONED_H_
#define COFILTER_SERVICE_STORE_REDIS_REVISIONED_H_

#include "service/store/redis/database.h"
#include "service/store/store.h"

namespace cofilter::service::redis {

class RedisChangeFeed final : public ChangeFeed {
 public:
  explicit RedisChangeFeed(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<Change>> ChangesAfter(Sequence after, std::size_t limit) override;
  absl::StatusOr<Sequence> LastChange() override;
  void OnChange(std::function<void()> listener) override {
    database_.OnChange(std::move(listener));
  }

 private:
  Database& database_;
};

class RedisModelPointer final : public ModelPointerStore {
 public:
  explicit RedisModelPointer(Database& database) : database_(database) {}
  absl::StatusOr<ModelPointer> Get() override;
  absl::StatusOr<ModelPointer> Set(std::uint64_t version, Sequence expected_revision,
                                   std::string_view changed_by, std::string_view reason) override;
  absl::StatusOr<std::vector<ModelPointer>> History(std::size_t limit) override;

 private:
  Database& database_;
};

class RedisRules final : public RuleStore {
 public:
  explicit RedisRules(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<StoredRule>> Load() override;
  absl::StatusOr<Sequence> Put(std::string_view rule_id, std::string_view body,
                               Sequence expected_revision) override;

 private:
  Database& database_;
};

// revision i64, version u64, previous version u64, changed_at i64, texts changed_by and reason.
std::string EncodePointerRest(const ModelPointer& pointer);
absl::StatusOr<ModelPointer> DecodePointer(std::string_view bytes);

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_REVISIONED_H_
