// An item's bytes begin with its revision.
#include "service/store/redis/catalogue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"
#include "service/store/redis/packed.h"

namespace cofilter::service::redis {
namespace {

constexpr std::size_t kMostInPage = 1000;
constexpr std::size_t kMostIds = 10'000;

absl::StatusOr<StoredItem> ReadItem(ReplyView id, ReplyView key, ReplyView bytes) {
  StoredItem stored;
  stored.key = static_cast<ItemKey>(key.number());
  stored.item.item_id = id.text();
  const std::string_view body = bytes.text();
  if (stored.key == 0 || stored.item.item_id.empty() || body.size() < sizeof(Sequence)) {
    return absl::DataLossError(
        absl::StrCat("store: item ", stored.item.item_id, " is damaged in the catalogue"));
  }
  stored.item.revision = Unpack<Sequence>(body, 0);
  COFILTER_RETURN_IF_ERROR(DecodeItem(body.substr(sizeof(Sequence)), &stored.item));
  return stored;
}

}  // namespace

absl::StatusOr<std::vector<StoredItem>> RedisCatalogue::Upsert(std::span<const data::Item> items) {
  const KeyNames& names = database_.names();
  std::vector<std::string> texts;
  texts.reserve(2 * items.size());
  const std::string now = database_.NowText();
  std::vector<std::string_view> arguments = {now};
  for (const data::Item& item : items) {
    texts.push_back(absl::StrCat(item.revision));
    texts.push_back(EncodeItem(item));
    arguments.insert(arguments.end(), {item.item_id, texts[texts.size() - 2], texts.back()});
  }
  const std::string_view keys[] = {names.meta,       names.item_ids, names.items,
                                   names.item_order, names.feed,     names.feed_times};
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(MakeScriptCall(database_.scripts().upsert_items, keys, arguments),
                       Access::kWrite));
  std::vector<StoredItem> stored;
  stored.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    stored.push_back({.key = static_cast<ItemKey>(reply.view()[2 * i].number()), .item = items[i]});
    stored.back().item.revision = reply.view()[2 * i + 1].number();
  }
  database_.NotifyChange();
  return stored;
}

absl::Status RedisCatalogue::Load(const std::function<void(StoredItem)>& each) {
  const KeyNames& names = database_.names();
  std::string after = "0";
  for (;;) {
    COFILTER_ASSIGN_OR_RETURN(const Reply reply,
                              database_.RunOne(MakeScriptCall(database_.scripts().read_items,
                                                              {names.item_ids, names.items},
                                                              {after, absl::StrCat(kMostInPage)}),
                                               Access::kRead));
    for (std::size_t i = 1; i + 2 < reply.view().size(); i += 3) {
      COFILTER_ASSIGN_OR_RETURN(
          StoredItem item, ReadItem(reply.view()[i], reply.view()[i + 1], reply.view()[i + 2]));
      each(std::move(item));
    }
    if (reply.view()[0].text().empty()) return absl::OkStatus();
    after = reply.view()[0].text();
  }
}

absl::StatusOr<std::vector<StoredItem>> RedisCatalogue::ChangedAfter(Sequence after,
                                                                     std::size_t limit) {
  const KeyNames& names = database_.names();
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(
          MakeScriptCall(database_.scripts().changed_items,
                         {names.item_ids, names.items, names.item_order},
                         {absl::StrCat(after), absl::StrCat(std::min(limit, kMostInPage))}),
          Access::kRead));
  std::vector<StoredItem> items;
  for (std::size_t i = 0; i + 2 < reply.view().size(); i += 3) {
    COFILTER_ASSIGN_OR_RETURN(items.emplace_back(),
                              ReadItem(reply.view()[i], reply.view()[i + 1], reply.view()[i + 2]));
  }
  return items;
}

absl::StatusOr<std::vector<std::pair<ItemKey, std::string>>> RedisCatalogue::ItemIdsAfter(
    ItemKey after, std::size_t limit) {
  const std::string& key = database_.names().item_ids;
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(
          MakeCommand(key, {"ZRANGEBYSCORE", key, absl::StrCat("(", after), "+inf", "WITHSCORES",
                            "LIMIT", "0", absl::StrCat(std::min(limit, kMostIds))}),
          Access::kRead));
  std::vector<std::pair<ItemKey, std::string>> ids;
  for (std::size_t i = 0; i + 1 < reply.view().size(); i += 2) {
    ids.emplace_back(static_cast<ItemKey>(reply.view()[i + 1].number()), reply.view()[i].text());
  }
  return ids;
}

}  // namespace cofilter::service::redis
