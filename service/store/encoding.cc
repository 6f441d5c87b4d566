// Varints, length-prefixed texts and bit masks of what is present.
#include "service/store/encoding.h"

#include <bit>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"

namespace cofilter::service {
namespace {

constexpr std::uint64_t kItemEncoding = 1;
constexpr std::uint64_t kPreferencesEncoding = 1;

class Writer {
 public:
  explicit Writer(std::string* bytes) : bytes_(bytes) {}
  void Number(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_->push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_->push_back(static_cast<char>(value));
  }
  template <typename T>
  void Raw(T value) {
    static_assert(std::endian::native == std::endian::little);
    bytes_->append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void Text(std::string_view text) {
    Number(text.size());
    bytes_->append(text);
  }
  void Texts(const std::vector<std::string>& texts) {
    Number(texts.size());
    for (const std::string& text : texts) Text(text);
  }
  void Time(runtime::Time time) { Raw<std::int64_t>(time.time_since_epoch().count()); }

 private:
  std::string* bytes_;
};

// Reads past the end give zeros and mark the reader as broken.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t Number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto byte = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    broken_ = true;
    return 0;
  }
  template <typename T>
  T Raw() {
    T value{};
    if (bytes_.size() < sizeof value) {
      broken_ = true;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  std::string Text() {
    const std::uint64_t size = Number();
    if (size > bytes_.size()) {
      broken_ = true;
      return {};
    }
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }
  // A list of elements of at least one byte each cannot be longer than what is left.
  std::uint64_t Count() {
    const std::uint64_t count = Number();
    if (count <= bytes_.size()) return count;
    broken_ = true;
    return 0;
  }
  std::vector<std::string> Texts() {
    std::vector<std::string> texts(Count());
    for (std::string& text : texts) text = Text();
    return texts;
  }
  runtime::Time Time() { return runtime::Time(runtime::Duration(Raw<std::int64_t>())); }
  absl::Status Finish(std::string_view what) const {
    if (!broken_ && bytes_.empty()) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("store: the bytes of ", std::string(what), " are damaged"));
  }

 private:
  std::string_view bytes_;
  bool broken_ = false;
};

// Bits of an event's rest, in the order of its parts. Stored: never renumber.
enum EventPart : std::uint64_t {
  kNothing = 0,
  kOtherVerb = 1 << 0,
  kRetracts = 1 << 1,
  kDuration = 1 << 2,
  kScore = 1 << 3,
  kSuccess = 1 << 4,
  kSuccessIsTrue = 1 << 5,
  kSurface = 1 << 6,
  kRecommendation = 1 << 7,
  kPosition = 1 << 8,
  kSourceSystem = 1 << 9,
  kClient = 1 << 10,
  kPlatform = 1 << 11,
  kSession = 1 << 12,
  kTimeAssumed = 1 << 13,
};

// Calls visit(bit, text) for each text of the rest, in the order of the bits.
template <typename AnyEvent, typename Visit>
void VisitLeadingTexts(AnyEvent& event, Visit visit) {
  visit(kOtherVerb, event.other_verb);
  visit(kRetracts, event.retracts_event_id);
}
template <typename AnyEvent, typename Visit>
void VisitTrailingTexts(AnyEvent& event, Visit visit) {
  visit(kSourceSystem, event.source_system);
  visit(kClient, event.client_id);
  visit(kPlatform, event.platform);
  visit(kSession, event.session_id);
}

enum ItemPart : std::uint64_t {
  kPublished = 1 << 0,
  kExpires = 1 << 1,
  kStarts = 1 << 2,
  kEnds = 1 << 3,
  kOnline = 1 << 4,
  kItemDuration = 1 << 5,
  kCredits = 1 << 6,
};

enum PreferencePart : std::uint64_t {
  kDefault = 0,
  kPersonalised = 1 << 0,
  kPreviewByName = 1 << 1
};

}  // namespace

void EncodeEventRest(const data::Event& event, std::string* bytes) {
  bytes->clear();
  std::uint64_t parts = 0;
  const auto mark = [&](std::uint64_t part, const std::string& text) {
    if (!text.empty()) parts |= part;
  };
  VisitLeadingTexts(event, mark);
  VisitTrailingTexts(event, mark);
  mark(kSurface, event.surface);
  mark(kRecommendation, event.recommendation_id);
  if (event.duration_seconds) parts |= kDuration;
  if (event.score) parts |= kScore;
  if (event.success) parts |= kSuccess | (*event.success ? kSuccessIsTrue : kNothing);
  if (event.position) parts |= kPosition;
  if (event.time_assumed) parts |= kTimeAssumed;
  if (parts == 0) return;

  Writer writer(bytes);
  writer.Number(parts);
  const auto write = [&](std::uint64_t part, const std::string& text) {
    if (parts & part) writer.Text(text);
  };
  VisitLeadingTexts(event, write);
  if (event.duration_seconds) writer.Raw(*event.duration_seconds);
  if (event.score) writer.Raw(*event.score);
  write(kSurface, event.surface);
  write(kRecommendation, event.recommendation_id);
  if (event.position) writer.Raw(*event.position);
  VisitTrailingTexts(event, write);
}

absl::Status DecodeEventRest(std::string_view bytes, data::Event* event) {
  if (bytes.empty()) return absl::OkStatus();
  Reader reader(bytes);
  const std::uint64_t parts = reader.Number();
  const auto read = [&](std::uint64_t part, std::string& text) {
    if (parts & part) text = reader.Text();
  };
  VisitLeadingTexts(*event, read);
  if (parts & kDuration) event->duration_seconds = reader.Raw<float>();
  if (parts & kScore) event->score = reader.Raw<float>();
  event->time_assumed = (parts & kTimeAssumed) != 0;
  if (parts & kSuccess) event->success = (parts & kSuccessIsTrue) != 0;
  read(kSurface, event->surface);
  read(kRecommendation, event->recommendation_id);
  if (parts & kPosition) event->position = reader.Raw<std::int32_t>();
  VisitTrailingTexts(*event, read);
  return reader.Finish("an event");
}

std::string EncodeItem(const data::Item& item) {
  std::string bytes;
  Writer writer(&bytes);
  std::uint64_t parts = 0;
  if (item.published_at) parts |= kPublished;
  if (item.expires_at) parts |= kExpires;
  if (item.starts_at) parts |= kStarts;
  if (item.ends_at) parts |= kEnds;
  if (item.online) parts |= kOnline;
  if (item.duration_seconds) parts |= kItemDuration;
  if (item.credits != 0) parts |= kCredits;
  writer.Number(kItemEncoding);
  writer.Number(static_cast<std::uint64_t>(item.kind));
  writer.Number(static_cast<std::uint64_t>(item.state));
  writer.Number(parts);
  if (item.published_at) writer.Time(*item.published_at);
  if (item.expires_at) writer.Time(*item.expires_at);
  if (item.starts_at) writer.Time(*item.starts_at);
  if (item.ends_at) writer.Time(*item.ends_at);
  if (item.duration_seconds) writer.Raw(*item.duration_seconds);
  if (item.credits != 0) writer.Raw(item.credits);
  writer.Text(item.title);
  writer.Text(item.summary);
  writer.Text(item.language);
  writer.Text(item.publisher);
  writer.Text(item.repost_of);
  writer.Text(item.place);
  writer.Text(item.source_system);
  writer.Texts(item.topics);
  writer.Texts(item.prerequisites);
  writer.Texts(item.org_units);
  return bytes;
}

absl::Status DecodeItem(std::string_view bytes, data::Item* item) {
  Reader reader(bytes);
  if (reader.Number() != kItemEncoding) {
    return absl::DataLossError(absl::StrCat("store: item ", item->item_id,
                                            " has an encoding that this program does not know"));
  }
  item->kind = static_cast<data::ItemKind>(reader.Number());
  item->state = static_cast<data::ItemState>(reader.Number());
  const std::uint64_t parts = reader.Number();
  if (parts & kPublished) item->published_at = reader.Time();
  if (parts & kExpires) item->expires_at = reader.Time();
  if (parts & kStarts) item->starts_at = reader.Time();
  if (parts & kEnds) item->ends_at = reader.Time();
  item->online = (parts & kOnline) != 0;
  if (parts & kItemDuration) item->duration_seconds = reader.Raw<float>();
  if (parts & kCredits) item->credits = reader.Raw<double>();
  item->title = reader.Text();
  item->summary = reader.Text();
  item->language = reader.Text();
  item->publisher = reader.Text();
  item->repost_of = reader.Text();
  item->place = reader.Text();
  item->source_system = reader.Text();
  item->topics = reader.Texts();
  item->prerequisites = reader.Texts();
  item->org_units = reader.Texts();
  return reader.Finish(absl::StrCat("item ", item->item_id));
}

std::string EncodeTexts(const std::vector<std::string>& texts) {
  std::string bytes;
  if (!texts.empty()) Writer(&bytes).Texts(texts);
  return bytes;
}

absl::StatusOr<std::vector<std::string>> DecodeTexts(std::string_view bytes) {
  if (bytes.empty()) return std::vector<std::string>();
  Reader reader(bytes);
  std::vector<std::string> texts = reader.Texts();
  if (absl::Status status = reader.Finish("a list"); !status.ok()) return status;
  return texts;
}

std::string EncodePreferences(const Preferences& preferences, const std::vector<ItemKey>& keys) {
  std::string bytes;
  Writer writer(&bytes);
  writer.Number(kPreferencesEncoding);
  writer.Number((preferences.personalised ? kPersonalised : kDefault) |
                (preferences.preview_by_name ? kPreviewByName : kDefault));
  writer.Texts(preferences.muted_topics);
  writer.Texts(preferences.not_interested_item_ids);
  for (const ItemKey key : keys) writer.Number(key);
  return bytes;
}

absl::Status DecodePreferences(std::string_view bytes, Preferences* preferences,
                               std::vector<ItemKey>* keys) {
  if (bytes.empty()) return absl::OkStatus();
  Reader reader(bytes);
  if (reader.Number() != kPreferencesEncoding) {
    return absl::DataLossError(
        "store: preferences have an encoding that this program does not know");
  }
  const std::uint64_t parts = reader.Number();
  preferences->personalised = (parts & kPersonalised) != 0;
  preferences->preview_by_name = (parts & kPreviewByName) != 0;
  preferences->muted_topics = reader.Texts();
  preferences->not_interested_item_ids = reader.Texts();
  keys->resize(preferences->not_interested_item_ids.size());
  for (ItemKey& key : *keys) key = static_cast<ItemKey>(reader.Number());
  return reader.Finish("preferences");
}

}  // namespace cofilter::service
