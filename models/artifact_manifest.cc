// The manifest to JSON and back.
#include "models/artifact_manifest.h"

#include <exception>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "models/operator_views.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::models {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxOperators = 64;
// How text becomes hashed features (content_features.cc). A change there is a new number here.
constexpr std::uint32_t kMapFeatures = 1;
constexpr std::uint32_t kRelationFeatures = 2;

constexpr std::string_view kChecksumStart = ",\n  \"checksum\": \"";
constexpr std::string_view kChecksumEnd = "\"\n}\n";

std::string ChecksumText(std::string_view body) {
  return absl::StrCat(
      std::string(kChecksumStart),
      absl::Hex(runtime::FastChecksum(std::as_bytes(std::span(body))), absl::kZeroPad16),
      std::string(kChecksumEnd));
}

Json RankerJson(const NewsRankerParameters& ranker) {
  Json json = {{"prior_clicks", ranker.prior_clicks},
               {"prior_impressions", ranker.prior_impressions},
               {"rate_half_life", ranker.rate_half_life},
               {"clicks_half_life", ranker.clicks_half_life},
               {"placement_half_life", ranker.placement_half_life},
               {"exposure_half_life", ranker.exposure_half_life},
               {"freshness_half_life_hours", ranker.freshness_half_life_hours}};
  for (std::size_t t = 0; t < kNewsTerms; ++t) {
    const std::string term(NewsTermName(static_cast<NewsTerm>(t)));
    json["given_weights"][term] = ranker.given_weights[t];
    json["pool_weights"][term] = ranker.pool_weights[t];
  }
  return json;
}

Json RecordJson(const OperatorRecord& record) {
  const OperatorParameters& p = record.parameters;
  Json lists = Json::array();
  for (std::size_t b = 0; b < p.lists.size(); ++b) {
    lists.push_back({{"kind", ListKindName(p.lists[b].kind)},
                     {"entries", record.list_entries[b]},
                     {"weight", p.lists[b].weight},
                     {"source_exponent", p.lists[b].source_exponent},
                     {"target_exponent", p.lists[b].target_exponent}});
  }
  Json content = {{"features", record.related ? kRelationFeatures : kMapFeatures},
                  {"buckets", record.buckets},
                  {"gain", p.content.gain},
                  {"assumed_rel", p.content.assumed_rel}};
  if (record.related) {
    content["ridge"] = p.content.ridge;
    content["smoothing"] = p.content.smoothing;
    content["feature_weights"] = p.content.feature_weights;
  }
  Json json = {
      {"name", record.name},
      {"file",
       {{"name", record.file()},
        {"bytes", record.bytes},
        {"sha256", record.sha256},
        {"xxh3", record.xxh3}}},
      {"items", record.items},
      {"dim", record.dim},
      {"members", record.members},
      {"interactions", record.interactions},
      {"lists", lists},
      {"global",
       {{"weight", p.global.weight},
        {"source_exponent", p.global.source_exponent},
        {"target_exponent", p.global.target_exponent}}},
      {"history",
       {{"by_rank", p.history.by_rank}, {"by_age", p.history.by_age}, {"limit", p.history.limit}}},
      {"trend", {{"exponent", p.trend.exponent}}},
      {"evidence", {{"prior_events", p.evidence.prior_events}}},
      {"content", content}};
  if (!record.facts.data_digest.empty()) json["data_digest"] = record.facts.data_digest;
  if (const std::optional<DialEffects>& dial = record.facts.dial) {
    json["dial"] = {{"recall", dial->recall},
                    {"ndcg", dial->ndcg},
                    {"tail_recall", dial->tail_recall},
                    {"coverage", dial->coverage}};
  }
  if (p.ranker.has_value()) json["ranker"] = RankerJson(*p.ranker);
  return json;
}

// Reads typed entries of one object; the first fault is kept, and what follows it reads as empty.
// Entries that it is not asked for are passed over.
class Reader {
 public:
  Reader(const Json& object, std::string path, absl::Status* fault)
      : object_(object), path_(std::move(path)), fault_(fault) {
    if (!object.is_object()) Fault("", "an object");
  }

  bool Has(const char* name) const { return Find(name) != nullptr; }
  std::uint64_t Count(const char* name, std::uint64_t most) const {
    const Json* entry = Find(name);
    if (entry != nullptr && entry->is_number_unsigned() && entry->get<std::uint64_t>() <= most) {
      return entry->get<std::uint64_t>();
    }
    Fault(name, absl::StrCat("a whole number up to ", most));
    return 0;
  }
  double Number(const char* name) const {
    const Json* entry = Find(name);
    if (entry != nullptr && entry->is_number()) return entry->get<double>();
    Fault(name, "a number");
    return 0;
  }
  // An entry that a manifest of this format need not have.
  double Number(const char* name, double when_missing) const {
    return Find(name) == nullptr ? when_missing : Number(name);
  }
  std::string Text(const char* name, std::size_t most) const {
    const Json* entry = Find(name);
    if (entry != nullptr && entry->is_string() &&
        entry->get_ref<const std::string&>().size() <= most) {
      return entry->get<std::string>();
    }
    Fault(name, absl::StrCat("a text of at most ", most, " bytes"));
    return "";
  }
  std::string HexText(const char* name, std::size_t digits) const {
    std::string text = Text(name, digits);
    if (text.size() != digits || text.find_first_not_of("0123456789abcdef") != std::string::npos) {
      Fault(name, absl::StrCat(digits, " hexadecimal digits"));
    }
    return text;
  }
  template <std::size_t kCount>
  std::array<double, kCount> Numbers(const char* name) const {
    std::array<double, kCount> numbers{};
    const Json* entry = Find(name);
    bool holds = entry != nullptr && entry->is_array() && entry->size() == kCount;
    for (std::size_t i = 0; holds && i < kCount; ++i) {
      holds = (*entry)[i].is_number();
      if (holds) numbers[i] = (*entry)[i].get<double>();
    }
    if (!holds) Fault(name, absl::StrCat(kCount, " numbers"));
    return numbers;
  }
  // A number for each notch.
  std::array<double, kNotches> Notches(const char* name) const { return Numbers<kNotches>(name); }
  Reader Object(const char* name) const {
    static const Json kNull;
    const Json* entry = Find(name);
    return Reader(entry != nullptr ? *entry : kNull, absl::StrCat(path_, name, "."), fault_);
  }
  // The objects of an array.
  std::vector<Reader> Objects(const char* name, std::size_t most) const {
    std::vector<Reader> readers;
    const Json* entry = Find(name);
    if (entry == nullptr || !entry->is_array() || entry->size() > most) {
      Fault(name, absl::StrCat("at most ", most, " objects"));
      return readers;
    }
    for (std::size_t i = 0; i < entry->size(); ++i) {
      readers.emplace_back((*entry)[i], absl::StrCat(path_, name, "[", i, "]."), fault_);
    }
    return readers;
  }

  void Fault(std::string_view name, std::string_view right) const {
    if (!fault_->ok()) return;
    *fault_ = absl::DataLossError(absl::StrCat(
        path_, std::string(name), " is missing or wrong; right: ", std::string(right)));
  }

 private:
  const Json* Find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }

  const Json& object_;
  std::string path_;
  absl::Status* fault_;
};

NewsRankerParameters ReadRanker(const Reader& in) {
  NewsRankerParameters ranker;
  ranker.prior_clicks = in.Number("prior_clicks");
  ranker.prior_impressions = in.Number("prior_impressions");
  ranker.rate_half_life = in.Count("rate_half_life", kCounterCount - 1);
  ranker.clicks_half_life = in.Count("clicks_half_life", kCounterCount - 1);
  ranker.placement_half_life = in.Count("placement_half_life", kCounterCount - 1);
  ranker.exposure_half_life = in.Count("exposure_half_life", kCounterCount - 1);
  ranker.freshness_half_life_hours = in.Number("freshness_half_life_hours");
  const Reader given = in.Object("given_weights");
  const Reader pool = in.Object("pool_weights");
  for (std::size_t t = 0; t < kNewsTerms; ++t) {
    const std::string term(NewsTermName(static_cast<NewsTerm>(t)));
    ranker.given_weights[t] = given.Number(term.c_str());
    ranker.pool_weights[t] = pool.Number(term.c_str());
  }
  return ranker;
}

OperatorRecord ReadRecord(const Reader& in) {
  constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
  OperatorRecord record;
  record.name = in.Text("name", 32);
  if (!IsOperatorName(record.name)) in.Fault("name", "1 to 32 of a-z, 0-9, _ and -");
  const Reader file = in.Object("file");
  if (file.Text("name", 64) != record.file()) file.Fault("name", record.file());
  record.bytes = file.Count("bytes", kAny);
  record.sha256 = file.HexText("sha256", 64);
  record.xxh3 = file.HexText("xxh3", 16);
  record.items = in.Count("items", 0x7fffffff);
  record.dim = in.Count("dim", kMaxDim);
  record.members = in.Count("members", kAny);
  record.interactions = in.Count("interactions", kAny);
  OperatorParameters& p = record.parameters;
  for (const Reader& list : in.Objects("lists", 8)) {
    ListBlockParameters& block = p.lists.emplace_back();
    if (const auto known = ParseListKind(list.Text("kind", 16))) {
      block.kind = *known;
    } else {
      list.Fault("kind", "local, ridge or directed");
    }
    block.weight = list.Number("weight", 1);
    record.list_entries.push_back(list.Count("entries", kAny));
    block.source_exponent = list.Number("source_exponent");
    block.target_exponent = list.Notches("target_exponent");
  }
  const Reader global = in.Object("global");
  p.global.weight = global.Number("weight");
  p.global.source_exponent = global.Number("source_exponent");
  p.global.target_exponent = global.Notches("target_exponent");
  const Reader history = in.Object("history");
  p.history.by_rank = history.Number("by_rank");
  p.history.by_age = history.Number("by_age");
  p.history.limit = static_cast<std::uint32_t>(history.Count("limit", 0xffffffff));
  if (in.Has("trend")) p.trend.exponent = in.Object("trend").Number("exponent");
  if (in.Has("evidence")) {
    p.evidence.prior_events = in.Object("evidence").Number("prior_events");
  }
  const Reader content = in.Object("content");
  const std::uint64_t features = content.Count("features", 0xffffffff);
  if (features != kMapFeatures && features != kRelationFeatures) {
    content.Fault("features", absl::StrCat(kMapFeatures, " or ", kRelationFeatures));
  }
  record.related = features == kRelationFeatures;
  if (record.related) {
    p.content.ridge = content.Number("ridge");
    p.content.smoothing = content.Number("smoothing");
    p.content.feature_weights =
        content.Numbers<std::tuple_size_v<FeatureWeights>>("feature_weights");
  }
  record.buckets = content.Count("buckets", kMaxBuckets);
  p.content.gain = content.Number("gain");
  p.content.assumed_rel = content.Number("assumed_rel");
  // Entries that an artifact need not have.
  if (in.Has("data_digest")) record.facts.data_digest = in.HexText("data_digest", 32);
  if (in.Has("dial")) {
    const Reader dial = in.Object("dial");
    record.facts.dial = DialEffects{dial.Notches("recall"), dial.Notches("ndcg"),
                                    dial.Notches("tail_recall"), dial.Notches("coverage")};
  }
  if (in.Has("ranker")) p.ranker = ReadRanker(in.Object("ranker"));
  return record;
}

absl::StatusOr<Manifest> ReadDocument(const Json& document) {
  absl::Status fault;
  const Reader in(document, "", &fault);
  Manifest manifest;
  ArtifactDescription& about = manifest.description;
  constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
  about.events = in.Count("events", kAny);
  about.seed = in.Count("seed", kAny);
  about.tool_version = in.Text("tool_version", 256);
  const std::string cutoff = in.Text("data_cutoff", 64);
  std::set<std::string> names;
  for (const Reader& entry : in.Objects("operators", kMaxOperators)) {
    OperatorRecord record = ReadRecord(entry);
    COFILTER_RETURN_IF_ERROR(fault);
    if (!names.insert(record.name).second) entry.Fault("name", "one that is not taken");
    for (const absl::Status& checked : {record.parameters.Validate(), record.facts.Validate()}) {
      if (checked.ok()) continue;
      return absl::DataLossError(
          absl::StrCat("operator ", record.name, ": ", std::string(checked.message())));
    }
    manifest.operators.push_back(std::move(record));
  }
  if (manifest.operators.empty()) in.Fault("operators", "at least one");
  COFILTER_RETURN_IF_ERROR(fault);
  const absl::StatusOr<runtime::Time> time = runtime::ParseTime(cutoff);
  if (!time.ok()) {
    return absl::DataLossError(absl::StrCat("data_cutoff: ", std::string(time.status().message())));
  }
  about.data_cutoff = *time;
  return manifest;
}

}  // namespace

absl::StatusOr<std::string> WriteManifest(const Manifest& manifest) {
  std::string text;
  try {
    Json operators = Json::array();
    for (const OperatorRecord& record : manifest.operators) operators.push_back(RecordJson(record));
    const ArtifactDescription& about = manifest.description;
    const Json document = {{"format_version", kArtifactFormatVersion},
                           {"data_cutoff", runtime::FormatTime(about.data_cutoff)},
                           {"events", about.events},
                           {"seed", about.seed},
                           {"tool_version", about.tool_version},
                           {"operators", operators}};
    text = document.dump(2);
  } catch (const std::exception& error) {  // a text that is not UTF-8
    return absl::InvalidArgumentError(absl::StrCat("cannot write the manifest: ", error.what()));
  }
  text.resize(text.size() - std::string_view("\n}").size());
  text += ChecksumText(text);
  const absl::StatusOr<Manifest> again = ParseManifest(text);
  if (!again.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("the manifest could not be read back: ",
                                                   std::string(again.status().message())));
  }
  return text;
}

absl::StatusOr<Manifest> ParseManifest(std::string_view text) {
  if (text.size() > kMaxManifestBytes) {
    return absl::DataLossError(absl::StrCat("is longer than ", kMaxManifestBytes, " bytes"));
  }
  try {
    // Depth is bounded for the sake of nothing but a stack: what is cut off fails the checks below.
    const Json document = Json::parse(
        text.begin(), text.end(), [](int depth, Json::parse_event_t, Json&) { return depth < 16; },
        /*allow_exceptions=*/false);
    if (!document.is_object()) return absl::DataLossError("is not a JSON object");
    // First of all: what a newer program writes may differ in everything else.
    absl::Status fault;
    const std::uint64_t version = Reader(document, "", &fault).Count("format_version", 0xffffffff);
    COFILTER_RETURN_IF_ERROR(fault);
    if (version > kArtifactFormatVersion) {
      return absl::FailedPreconditionError(absl::StrCat("has format version ", version,
                                                        "; this program reads up to version ",
                                                        kArtifactFormatVersion));
    }
    const std::size_t tail = kChecksumStart.size() + 16 + kChecksumEnd.size();
    const std::string_view body = text.substr(0, text.size() < tail ? 0 : text.size() - tail);
    if (text.substr(body.size()) != ChecksumText(body)) {
      return absl::DataLossError("fails its checksum");
    }
    if (version < kOldestArtifactFormat) {
      return absl::DataLossError(absl::StrCat("has format version ", version,
                                              "; right: ", kOldestArtifactFormat, " to ",
                                              kArtifactFormatVersion));
    }
    return ReadDocument(document);
  } catch (const std::exception& error) {
    return absl::DataLossError(absl::StrCat("is not a manifest: ", error.what()));
  }
}

absl::StatusOr<Manifest> ReadManifest(const std::string& artifact_directory) {
  const std::string path = absl::StrCat(artifact_directory, "/", std::string(kManifestName));
  absl::StatusOr<std::string> text = runtime::ReadFile(path, kMaxManifestBytes);
  if (absl::IsOutOfRange(text.status())) {
    return absl::DataLossError(std::string(text.status().message()));
  }
  COFILTER_RETURN_IF_ERROR(text.status());
  absl::StatusOr<Manifest> manifest = ParseManifest(*text);
  if (manifest.ok()) return manifest;
  return absl::Status(manifest.status().code(),
                      absl::StrCat(path, " ", std::string(manifest.status().message())));
}

}  // namespace cofilter::models
