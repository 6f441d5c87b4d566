// Item.
#include "service/rpc/convert_item.h"

#include <charconv>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_time.h"

namespace cofilter::service {
namespace {

static_assert(v1::ITEM_KIND_ACTIVITY == static_cast<int>(data::ItemKind::kActivity));
static_assert(v1::ItemKind_MAX == static_cast<int>(data::ItemKind::kActivity));
static_assert(v1::ITEM_STATE_RETIRED == static_cast<int>(data::ItemState::kRetired));

absl::Status ReadTime(std::string_view field, bool present,
                      const google::protobuf::Timestamp& timestamp,
                      std::optional<runtime::Time>* out) {
  if (!present) return absl::OkStatus();
  COFILTER_ASSIGN_OR_RETURN(*out, FromProto(field, timestamp));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<data::Item> FromProto(const v1::Item& item) {
  data::Item out;
  out.item_id = item.item_id();
  if (!v1::ItemKind_IsValid(item.kind()) || item.kind() == v1::ITEM_KIND_UNSPECIFIED) {
    return data::FieldError("kind", absl::StrCat(static_cast<int>(item.kind())),
                            "a kind that v1.ItemKind names");
  }
  out.kind = static_cast<data::ItemKind>(item.kind());
  out.title = item.title();
  out.summary = item.summary();
  out.topics.assign(item.topics().begin(), item.topics().end());
  out.language = item.language();
  out.publisher = item.publisher();
  out.repost_of = item.repost_of();
  COFILTER_RETURN_IF_ERROR(
      ReadTime("published_at", item.has_published_at(), item.published_at(), &out.published_at));
  COFILTER_RETURN_IF_ERROR(
      ReadTime("expires_at", item.has_expires_at(), item.expires_at(), &out.expires_at));
  COFILTER_RETURN_IF_ERROR(
      ReadTime("starts_at", item.has_starts_at(), item.starts_at(), &out.starts_at));
  COFILTER_RETURN_IF_ERROR(ReadTime("ends_at", item.has_ends_at(), item.ends_at(), &out.ends_at));
  out.place = item.place();
  out.online = item.online();
  out.prerequisites.assign(item.prerequisites().begin(), item.prerequisites().end());
  out.credits = item.credits();
  if (item.has_duration()) {
    COFILTER_ASSIGN_OR_RETURN(out.duration_seconds, SecondsFromProto("duration", item.duration()));
  }
  out.org_units.assign(item.org_units().begin(), item.org_units().end());
  out.source_system = item.source_system();
  if (!v1::ItemState_IsValid(item.state())) {
    return data::FieldError("state", absl::StrCat(static_cast<int>(item.state())),
                            "a state that v1.ItemState names");
  }
  out.state = item.state() == v1::ITEM_STATE_UNSPECIFIED
                  ? data::ItemState::kActive
                  : static_cast<data::ItemState>(item.state());
  COFILTER_ASSIGN_OR_RETURN(out.revision, RevisionFromEtag("etag", item.etag()));
  COFILTER_RETURN_IF_ERROR(data::ValidateItem(out));
  return out;
}

void ToProto(const data::Item& item, v1::Item* out) {
  out->set_item_id(item.item_id);
  out->set_kind(static_cast<v1::ItemKind>(item.kind));
  out->set_title(item.title);
  out->set_summary(item.summary);
  for (const std::string& topic : item.topics) out->add_topics(topic);
  out->set_language(item.language);
  out->set_publisher(item.publisher);
  out->set_repost_of(item.repost_of);
  if (item.published_at) ToProto(*item.published_at, out->mutable_published_at());
  if (item.expires_at) ToProto(*item.expires_at, out->mutable_expires_at());
  if (item.starts_at) ToProto(*item.starts_at, out->mutable_starts_at());
  if (item.ends_at) ToProto(*item.ends_at, out->mutable_ends_at());
  out->set_place(item.place);
  out->set_online(item.online);
  for (const std::string& id : item.prerequisites) out->add_prerequisites(id);
  out->set_credits(item.credits);
  if (item.duration_seconds) SecondsToProto(*item.duration_seconds, out->mutable_duration());
  for (const std::string& unit : item.org_units) out->add_org_units(unit);
  out->set_source_system(item.source_system);
  out->set_state(static_cast<v1::ItemState>(item.state));
  out->set_revision(item.revision);
  out->set_etag(EtagOf(item.revision));
}

absl::StatusOr<std::int64_t> RevisionFromEtag(std::string_view field, std::string_view etag) {
  if (etag.empty()) return 0;
  std::int64_t revision = 0;
  const auto [end, error] = std::from_chars(etag.data(), etag.data() + etag.size(), revision);
  if (error != std::errc() || end != etag.data() + etag.size() || revision <= 0) {
    return data::FieldError(field, etag, "an etag as an answer of this service gave it, or empty");
  }
  return revision;
}

std::string EtagOf(std::int64_t revision) {
  return revision > 0 ? absl::StrCat(revision) : std::string();
}

}  // namespace cofilter::service
