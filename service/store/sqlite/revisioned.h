// What the change feed gives its revisions, in SQLite: the feed, the model pointer, the rules.
#ifndef COFILTER_SERVICE_STORE_SQLITE_REVISIONED_H_
#define COFILTER_SERVICE_STORE_SQLITE_REVISIONED_H_

#include <functional>
#include <string_view>
#include <vector>

#include "service/store/sqlite/database.h"
#include "service/store/store.h"

namespace cofilter::service {

class SqliteChangeFeed final : public ChangeFeed {
 public:
  explicit SqliteChangeFeed(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<Change>> ChangesAfter(Sequence after, std::size_t limit) override;
  absl::StatusOr<Sequence> LastChange() override;
  void OnChange(std::function<void()> listener) override;

 private:
  Database& database_;
};

class SqliteModelPointer final : public ModelPointerStore {
 public:
  explicit SqliteModelPointer(Database& database) : database_(database) {}
  absl::StatusOr<ModelPointer> Get() override;
  absl::StatusOr<ModelPointer> Set(std::uint64_t version, Sequence expected_revision,
                                   std::string_view changed_by, std::string_view reason) override;
  absl::StatusOr<std::vector<ModelPointer>> History(std::size_t limit) override;

 private:
  Database& database_;
};

class SqliteRules final : public RuleStore {
 public:
  explicit SqliteRules(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<StoredRule>> Load() override;
  absl::StatusOr<Sequence> Put(std::string_view rule_id, std::string_view body,
                               Sequence expected_revision) override;

 private:
  Database& database_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_REVISIONED_H_
