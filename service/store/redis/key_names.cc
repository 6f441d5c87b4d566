// prefix:{organisation}:kind and prefix:{organisation/member}:kind.
#include "service/store/redis/key_names.h"

#include "absl/strings/str_cat.h"

namespace cofilter::service::redis {
namespace {

std::string Escaped(std::string_view id) {
  constexpr std::string_view kSpecial = "%{}:/";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  escaped.reserve(id.size());
  for (const char c : id) {
    if (kSpecial.find(c) == std::string_view::npos) {
      escaped.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    escaped.push_back('%');
    escaped.push_back(kDigits[byte >> 4]);
    escaped.push_back(kDigits[byte & 15]);
  }
  return escaped;
}

}  // namespace

KeyNames::KeyNames(std::string_view prefix, std::string_view organisation)
    : prefix_(prefix), organisation_(Escaped(organisation)) {
  const auto name = [&](const char* kind) {
    return absl::StrCat(prefix_, ":{", organisation_, "}:", kind);
  };
  meta = name("meta");
  members = name("members");
  item_ids = name("item_ids");
  items = name("items");
  item_order = name("item_order");
  log = name("log");
  event_ids = name("event_ids:");
  guard = name("guard");
  pending = name("pending");
  feed = name("feed");
  feed_times = name("feed_times");
  pointers = name("pointers");
  rules = name("rules");
  audit = name("audit");
  imports = name("imports");
  import_order = name("import_order");
}

KeyNames::Member KeyNames::OfMember(std::string_view member_id) const {
  std::string tag = absl::StrCat(prefix_, ":{", organisation_, "/", Escaped(member_id), "}:");
  return {.record = tag + "record", .pairs = tag + "pairs", .events = tag + "events"};
}

std::string KeyNames::Receipt(std::string_view recommendation_id) const {
  return absl::StrCat(prefix_, ":", organisation_, ":receipt:", Escaped(recommendation_id));
}

std::string KeyNames::Answer(std::string_view request_id) const {
  return absl::StrCat(prefix_, ":", organisation_, ":answer:", Escaped(request_id));
}

}  // namespace cofilter::service::redis
