// Parses baselines and trains them.
#include "training/baseline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "runtime/status_macros.h"
#include "training/implicit_als.h"
#include "training/large_ridge.h"
#include "training/ridge.h"

namespace cofilter::training {
namespace {

struct Setting {
  const char* name;
  double value;  // the default
  double low, high;
  bool whole;
};
struct Kind {
  const char* name;
  std::vector<Setting> settings;
};

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds = {
      {"popularity", {}},
      {"item-cosine", {{"neighbours", 200, 0, 1e6, true}}},
      {"implicit-als",
       {{"dim", 64, 1, 1024, true},
        {"rounds", 15, 1, 1000, true},
        {"confidence", 10, 1e-6, 1e6, false},
        {"regularisation", 0.1, 1e-6, 1e6, false}}},
      {"graph-filter", {{"rank", 256, 1, 4096, true}, {"low-pass", 0.3, 0, 1e3, false}}},
      {"ease", {{"lambda", 300, 1e-6, 1e9, false}, {"neighbours", 1000, 1, 10'000, true}}},
  };
  return kinds;
}

const Kind* FindKind(std::string_view name) {
  for (const Kind& kind : Kinds()) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

// EASE by its dense inverse up to so many items, then by a polynomial within one per cent of it.
constexpr std::uint32_t kMostDenseItems = 6000;
// A subspace that has converged: what GF-CF asks for.
constexpr std::uint32_t kRounds = 16;
// Less is carried along for a lower rank, and a prefix of more directions is as good.
constexpr std::uint32_t kUsualRank = 256;

absl::Status SetOne(const Kind& kind, std::string_view entry, Baseline* baseline) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(entry.data(), entry.size()), '=');
  const auto found =
      std::find_if(kind.settings.begin(), kind.settings.end(),
                   [&](const Setting& setting) { return parts.front() == setting.name; });
  if (found == kind.settings.end()) {
    const std::string known = absl::StrJoin(
        kind.settings, ", ",
        [](std::string* out, const Setting& setting) { absl::StrAppend(out, setting.name); });
    return absl::InvalidArgumentError(absl::StrCat("baseline ", kind.name, " has no setting \"",
                                                   parts.front(),
                                                   "\"; right: ", known.empty() ? "none" : known));
  }
  double value = 0;
  if (parts.size() != 2 || !absl::SimpleAtod(parts[1], &value) ||
      !(value >= found->low && value <= found->high) ||
      (found->whole && value != std::floor(value))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "baseline ", kind.name, ": \"", std::string(entry), "\"; right: ", found->name, "=",
        found->whole ? "a whole number from " : "a number from ", found->low, " to ", found->high));
  }
  baseline->settings[found->name] = value;
  return absl::OkStatus();
}

}  // namespace

std::string Baseline::Variant() const {
  const Kind* const known = FindKind(kind);
  std::string text;
  for (const auto& [name, value] : settings) {
    const auto usual =
        std::find_if(known->settings.begin(), known->settings.end(),
                     [&, &name = name](const Setting& setting) { return name == setting.name; });
    if (usual != known->settings.end() && usual->value == value) continue;
    absl::StrAppend(&text, text.empty() ? "" : ",", name, "=", value);
  }
  return text;
}

absl::StatusOr<Baseline> ParseBaseline(std::string_view text) {
  const std::size_t colon = text.find(':');
  const Kind* const kind = FindKind(text.substr(0, colon));
  if (kind == nullptr) {
    const std::string known = absl::StrJoin(
        Kinds(), ", ", [](std::string* out, const Kind& each) { absl::StrAppend(out, each.name); });
    return absl::InvalidArgumentError(
        absl::StrCat("there is no baseline \"", std::string(text), "\"; right: ", known));
  }
  Baseline baseline;
  baseline.kind = kind->name;
  for (const Setting& setting : kind->settings) baseline.settings[setting.name] = setting.value;
  if (colon == std::string_view::npos) return baseline;
  const std::vector<std::string> entries = absl::StrSplit(std::string(text.substr(colon + 1)), ',');
  for (const std::string& entry : entries) {
    COFILTER_RETURN_IF_ERROR(SetOne(*kind, entry, &baseline));
  }
  return baseline;
}

std::vector<std::string> BaselineSweep(std::string_view kind) {
  if (kind == "implicit-als") {
    return {"implicit-als:confidence=2,regularisation=1", "implicit-als:regularisation=3",
            "implicit-als:confidence=20,dim=128,regularisation=10",
            "implicit-als:confidence=5,dim=128,regularisation=10"};
  }
  if (kind == "graph-filter") {
    return {"graph-filter:low-pass=0", "graph-filter:low-pass=0.1", "graph-filter",
            "graph-filter:low-pass=1", "graph-filter:rank=64"};
  }
  if (kind == "ease") {
    return {"ease:lambda=30", "ease:lambda=100", "ease", "ease:lambda=1000"};
  }
  return {std::string(kind)};
}

BaselineTrainer::BaselineTrainer(const data::Dataset& train, std::uint64_t seed,
                                 runtime::ThreadPool* pool)
    : train_(train), seed_(seed), pool_(pool), matrix_(BuildInteractionMatrix(train)) {}

const SingularVectors& BaselineTrainer::Vectors(std::uint32_t rank) {
  const std::uint32_t asked = std::max(rank, kUsualRank);
  if (vectors_rank_ == asked) return vectors_;
  SingularVectorsSettings settings;
  settings.rank = asked;
  settings.oversampling = 64;
  settings.rounds = kRounds;
  settings.seed = seed_;
  vectors_ = TrainSingularVectors(matrix_, settings, pool_);
  vectors_rank_ = asked;
  return vectors_;
}

absl::StatusOr<std::unique_ptr<const models::Scorer>> BaselineTrainer::Train(
    const Baseline& baseline) {
  const auto setting = [&baseline](const char* name) { return baseline.settings.at(name); };
  const auto count = [&setting](const char* name) {
    return static_cast<std::uint32_t>(setting(name));
  };
  const auto items = static_cast<std::uint32_t>(train_.items());
  std::vector<std::uint32_t> rows;
  rows.reserve(train_.interactions.size());
  for (const data::Interaction& interaction : train_.interactions) rows.push_back(interaction.item);
  if (baseline.kind == "popularity") {
    const std::vector<std::uint32_t> degrees = data::ItemDegrees(train_);
    return models::MakePopularityScorer(std::vector<float>(degrees.begin(), degrees.end()));
  }
  if (baseline.kind == "item-cosine") {
    return models::MakeItemCosineScorer(train_.offsets, rows, items, count("neighbours"));
  }
  if (baseline.kind == "implicit-als") {
    ImplicitAlsSettings settings;
    settings.dim = count("dim");
    settings.rounds = count("rounds");
    settings.confidence = setting("confidence");
    settings.regularisation = setting("regularisation");
    settings.seed = seed_;
    return models::MakeImplicitAlsScorer(TrainImplicitAls(matrix_, settings, pool_));
  }
  if (baseline.kind == "graph-filter") {
    const std::uint32_t rank = count("rank");
    const TallMatrix& vectors = Vectors(rank).items;
    models::GraphFilterArrays arrays;
    arrays.items = items;
    arrays.dim = std::min(rank, static_cast<std::uint32_t>(vectors.cols()));
    arrays.member_offsets = train_.offsets;
    arrays.member_rows = std::move(rows);
    for (Eigen::Index row = 0; row < vectors.rows(); ++row) {
      const float* const first = vectors.row(row).data();
      arrays.item_embeddings.insert(arrays.item_embeddings.end(), first, first + arrays.dim);
    }
    arrays.low_pass = setting("low-pass");
    return models::MakeGraphFilterScorer(std::move(arrays));
  }
  RidgeSettings settings;
  settings.member_exponent = 0;
  settings.item_exponent = 0;
  settings.lambda = setting("lambda");
  settings.neighbours = count("neighbours");
  settings.target_exponent_low = settings.target_exponent_high = 0;
  models::ListBlockArrays lists;
  if (items <= kMostDenseItems) {
    COFILTER_ASSIGN_OR_RETURN(lists, TrainRidge(matrix_, settings, pool_));
  } else {
    LargeRidgeSettings large;
    large.ridge = settings;
    large.seed = seed_;
    COFILTER_ASSIGN_OR_RETURN(lists, TrainLargeRidge(matrix_, large, pool_));
  }
  return models::MakeItemListScorer("ease", items, std::move(lists));
}

}  // namespace cofilter::training
