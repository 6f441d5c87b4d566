// The bytes of the store's blobs: numbers, texts and lists one after the other
// (docs/formats/store.md).
#ifndef COFILTER_SERVICE_STORE_ENCODING_H_
#define COFILTER_SERVICE_STORE_ENCODING_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/event.h"
#include "data/item.h"
#include "service/store/keys.h"
#include "service/store/member_state.h"

namespace cofilter::service {

// What an event has beside its columns. Empty when there is nothing.
void EncodeEventRest(const data::Event& event, std::string* bytes);
// Fills the same fields. Errors of all decoders: DATA_LOSS.
absl::Status DecodeEventRest(std::string_view bytes, data::Event* event);

// Everything but item_id and revision.
std::string EncodeItem(const data::Item& item);
absl::Status DecodeItem(std::string_view bytes, data::Item* item);

// Empty for an empty list.
std::string EncodeTexts(const std::vector<std::string>& texts);
absl::StatusOr<std::vector<std::string>> DecodeTexts(std::string_view bytes);

// keys: of preferences.not_interested_item_ids, in the same order. The etag is not among the bytes.
std::string EncodePreferences(const Preferences& preferences, const std::vector<ItemKey>& keys);
// No bytes: the preferences of a member who has set none.
absl::Status DecodePreferences(std::string_view bytes, Preferences* preferences,
                               std::vector<ItemKey>* keys);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_ENCODING_H_
