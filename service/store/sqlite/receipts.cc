// At most one job is in the writer's queue; it takes all receipts that wait when it runs.
#include "service/store/sqlite/receipts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

// Lists can be long, and a full disk can make them wait.
constexpr std::size_t kMaxWaitingBytes = 64u << 20;

constexpr char kAdd[] =
    "INSERT OR REPLACE INTO receipt (organisation, recommendation_id, at, body) VALUES (?,?,?,?)";
constexpr char kGet[] = "SELECT body FROM receipt WHERE organisation=? AND recommendation_id=?";
// Receipts stand nearly in the order of their times: looking at the first ones is enough.
constexpr char kPrune[] =
    "DELETE FROM receipt WHERE sequence IN (SELECT sequence FROM "
    "(SELECT sequence, at FROM receipt ORDER BY sequence LIMIT ?) WHERE at<?)";

}  // namespace

void SqliteReceipts::Append(std::string recommendation_id, std::string body, runtime::Time at) {
  bool schedule = false;
  bool hurry = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (database_.read_only() ||
        waiting_.size() + (writing_ == nullptr ? 0 : writing_->size()) >= capacity_ ||
        waiting_bytes_ + body.size() > kMaxWaitingBytes) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    waiting_bytes_ += body.size();
    waiting_.insert_or_assign(std::move(recommendation_id), Receipt{std::move(body), at});
    schedule = !scheduled_;
    scheduled_ = true;
    hurry = waiting_.size() == capacity_ / 2;
  }
  if (schedule) Schedule();
  if (hurry) {
    // Whatever makes the writer commit takes the waiting job along.
    database_.Submit({.run = [](WriterConnection&) { return absl::OkStatus(); },
                      .done = [](const absl::Status&) {}});
  }
}

void SqliteReceipts::Schedule() {
  database_.Submit({
      .run = [this](WriterConnection& writer) -> absl::Status {
        std::shared_ptr<const Receipts> writing;
        {
          const std::lock_guard<std::mutex> lock(mutex_);
          // A second run of the same job writes the same receipts.
          if (writing_ == nullptr) {
            writing_ = std::make_shared<const Receipts>(std::exchange(waiting_, {}));
          }
          writing = writing_;
        }
        return Write(writer, *writing);
      },
      .done = [this](const absl::Status& status) { Finish(status); },
      .lazy = true,
  });
}

absl::Status SqliteReceipts::Write(WriterConnection& writer, const Receipts& receipts) const {
  for (const auto& [recommendation_id, receipt] : receipts) {
    COFILTER_RETURN_IF_ERROR(writer.connection()
                                 .Use(kAdd)
                                 .BindInt(writer.organisation())
                                 .BindText(recommendation_id)
                                 .BindInt(receipt.at.time_since_epoch().count())
                                 .BindBlob(receipt.body)
                                 .Run());
  }
  const runtime::Time oldest = writer.Now() - kept_;
  // More than come, so that the old ones do go.
  const auto looked_at = static_cast<std::int64_t>(100 + 2 * receipts.size());
  return writer.connection()
      .Use(kPrune)
      .BindInt(looked_at)
      .BindInt(oldest.time_since_epoch().count())
      .Run();
}

void SqliteReceipts::Finish(const absl::Status& status) {
  bool again = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (status.ok() && writing_ != nullptr) {
      for (const auto& [id, receipt] : *writing_) waiting_bytes_ -= receipt.body.size();
    }
    if (!status.ok() && writing_ != nullptr) {
      // They wait for the store to come back; the bound holds for both together.
      waiting_.insert(writing_->begin(), writing_->end());
    }
    writing_.reset();
    // A queue that is full or closing would refuse again at once; the next receipt asks again.
    again = !waiting_.empty() && (status.ok() || absl::IsUnavailable(status));
    scheduled_ = again;
  }
  if (again) Schedule();
}

absl::StatusOr<std::string> SqliteReceipts::Get(std::string_view recommendation_id) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = waiting_.find(recommendation_id); found != waiting_.end()) {
      return found->second.body;
    }
    if (writing_ != nullptr) {
      const auto found = writing_->find(recommendation_id);
      if (found != writing_->end()) return found->second.body;
    }
  }
  return database_.ReadValue<std::string>(
      [&](Connection& connection) -> absl::StatusOr<std::string> {
        Query query = connection.Use(kGet);
        query.BindInt(database_.organisation()).BindText(recommendation_id);
        COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
        if (row) return std::string(query.Bytes(0));
        return absl::NotFoundError(
            absl::StrCat("no receipt of recommendation ", std::string(recommendation_id)));
      });
}

}  // namespace cofilter::service
