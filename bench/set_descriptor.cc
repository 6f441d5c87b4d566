// Descriptors: read from a set's directory, or built in for the public sets.
#include "bench/set_descriptor.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

struct PublicSet {
  const char* name;
  const char* directory;
  const char* format;
  data::Order order;
  const char* train;  // or the log, where there is a split
  const char* test;
  const char* split;
  SetColumns columns;
  const char* source;
  SetItems items = {};
};

// Where the test is drawn by chance, the order of events says nothing about what is asked for, even
// if times are known.
const std::vector<PublicSet>& PublicSets() {
  constexpr const char* kCoco =
      "COCO, ratings of Udemy courses with their times: "
      "github.com/giacoballoccu/CoCo-Educational-Recommendation-Dataset, preprocessed/valid.txt "
      "and test.txt as one table timestamp, learner_id, course_id";
  static const std::vector<PublicSet> sets = {
      {"gowalla", "gowalla", "list", data::Order::kNone, "train.txt.zst", "test.txt.zst", "",
       SetColumns{},
       "check-ins in the split of NGCF and LightGCN: github.com/gusye1234/LightGCN-PyTorch, "
       "data/gowalla/train.txt and test.txt"},
      {"amazon-book-kgat", "amazon-book-kgat", "list", data::Order::kNone, "train.txt.zst",
       "test.txt.zst", "", SetColumns{},
       "books in the split of KGAT: github.com/xiangwang1223/knowledge_graph_attention_network, "
       "Data/amazon-book/train.txt and test.txt"},
      {"ml-1m", "ml-1m", "list", data::Order::kNone, "m1_train.txt.zst", "m1_test.txt.zst", "",
       SetColumns{},
       "MovieLens 1M in the split of LCFN: github.com/reczoo/RecZoo, data/Movielens1M_m1/train.txt "
       "and test.txt, named m1_train.txt and m1_test.txt here (research use, no redistribution)"},
      {"mooccubex-enrolments", "mooccubex-enrolments", "list", data::Order::kSequence,
       "train.txt.zst", "test.txt.zst", "", SetColumns{},
       "course enrolments of MOOCCubeX: github.com/THU-KEG/MOOCCubeX; one line a learner, oldest "
       "enrolment first, the last one held out for the test"},
      {"coco-learning-last", "coco-learning", "table", data::Order::kTime, "interactions.tsv.zst",
       "", "leave-last-out", SetColumns{"learner_id", "course_id", "timestamp", false}, kCoco,
       SetItems{"courses.tsv.zst", "course_id", "slug", ""}},
      {"coco-learning-time", "coco-learning", "table", data::Order::kTime, "interactions.tsv.zst",
       "", "time", SetColumns{"learner_id", "course_id", "timestamp", false}, kCoco,
       SetItems{"courses.tsv.zst", "course_id", "slug", ""}},
      {"ml-latest-small", "ml-latest-small", "table", data::Order::kNone, "ratings.csv.zst", "",
       "hash", SetColumns{"userId", "movieId", "", false},
       "MovieLens latest-small of September 2018, ratings.csv: grouplens.org/datasets/movielens",
       SetItems{"movies.csv.zst", "movieId", "title", "genres"}},
      {"goodbooks-10k-sample", "goodbooks-10k-sample", "table", data::Order::kNone,
       "ratings.csv.zst", "", "hash", SetColumns{"user_id", "book_id", "", false},
       "2,672 readers of goodbooks-10k: github.com/fant0md/minor-goodbooks-recommender, "
       "data/ratings_random.csv"},
      {"citeulike-a", "citeulike-a", "list", data::Order::kNone, "users.dat.zst", "", "hash",
       SetColumns{"", "", "", true},
       "libraries of articles: github.com/js05212/citeulike-a, users.dat"},
      {"citeulike-a-cold", "citeulike-a", "list", data::Order::kNone, "users.dat.zst", "", "cold",
       SetColumns{"", "", "", true},
       "libraries of articles: github.com/js05212/citeulike-a, users.dat"},
  };
  return sets;
}

absl::StatusOr<std::string> Text(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string() ||
      found->get_ref<const std::string&>().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", key, "\" is missing or not a text that says something"));
  }
  return found->get<std::string>();
}

absl::StatusOr<data::Order> ParseOrder(const std::string& text) {
  for (const data::Order order : {data::Order::kNone, data::Order::kSequence, data::Order::kTime}) {
    if (text == OrderName(order)) return order;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"order\" is \"", text, "\"; it must be \"none\", \"sequence\" or \"time\""));
}

absl::Status CheckKeys(const nlohmann::json& object, const std::vector<std::string>& known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", key, "\" is not known; known are ", absl::StrJoin(known, ", ")));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<SetColumns> ParseColumns(const nlohmann::json& object) {
  SetColumns columns;
  if (const auto counted = object.find("counted"); counted != object.end()) {
    if (!counted->is_boolean()) {
      return absl::InvalidArgumentError("\"counted\" must be true or false");
    }
    columns.counted = counted->get<bool>();
  }
  const auto found = object.find("columns");
  if (found == object.end()) return columns;
  if (!found->is_object()) return absl::InvalidArgumentError("\"columns\" must be an object");
  COFILTER_RETURN_IF_ERROR(CheckKeys(*found, {"member", "item", "time"}));
  COFILTER_ASSIGN_OR_RETURN(columns.member, Text(*found, "member"));
  COFILTER_ASSIGN_OR_RETURN(columns.item, Text(*found, "item"));
  if (found->contains("time")) {
    COFILTER_ASSIGN_OR_RETURN(columns.time, Text(*found, "time"));
  }
  return columns;
}

absl::Status CheckFiles(const SetDescriptor& set) {
  for (const std::string& path : {set.train, set.test, set.events, set.items.path}) {
    if (!path.empty() && !std::filesystem::exists(path)) {
      return absl::NotFoundError(absl::StrCat("set ", set.name, ": there is no ", path));
    }
  }
  return absl::OkStatus();
}

// As stored, or already decompressed.
std::string StoredPath(const std::filesystem::path& directory, const char* file) {
  const std::filesystem::path stored = directory / file;
  std::filesystem::path plain = stored;
  plain.replace_extension();
  return (!std::filesystem::exists(stored) && std::filesystem::exists(plain) ? plain : stored)
      .string();
}

}  // namespace

std::string_view OrderName(data::Order order) {
  switch (order) {
    case data::Order::kNone:
      return "none";
    case data::Order::kSequence:
      return "sequence";
    case data::Order::kTime:
      return "time";
  }
  return "none";
}

data::SourceOptions SourceOptionsOf(const SetDescriptor& set) {
  data::SourceOptions options;
  options.format = data::ParseFormat(set.format).value_or(data::Format::kGuess);
  options.list.order_is_sequence = set.order != data::Order::kNone;
  options.list.counted = set.columns.counted;
  options.table.member_column = set.columns.member;
  options.table.item_column = set.columns.item;
  options.table.time_column = set.order == data::Order::kTime ? set.columns.time : "";
  options.table.order_is_sequence = set.order == data::Order::kSequence;
  return options;
}

absl::StatusOr<SetDescriptor> ParseDescriptor(std::string_view text, const std::string& directory) {
  const nlohmann::json object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InvalidArgumentError("not a JSON object");
  SetDescriptor set;
  const std::filesystem::path place(directory);
  if (object.contains("items")) {
    COFILTER_ASSIGN_OR_RETURN(const std::string items, Text(object, "items"));
    set.items.path = (place / items).string();
  }
  set.directory = directory;
  set.name = place.filename().empty() ? place.parent_path().filename().string()
                                      : place.filename().string();
  COFILTER_RETURN_IF_ERROR(CheckKeys(object, {"format", "order", "train", "test", "events", "split",
                                              "columns", "counted", "items"}));
  COFILTER_ASSIGN_OR_RETURN(set.format, Text(object, "format"));
  if (!data::ParseFormat(set.format).has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"format\" is \"", set.format,
                     "\"; it must be \"list\", \"json\", \"csv\", \"table\" or \"auto\""));
  }
  COFILTER_ASSIGN_OR_RETURN(const std::string order, Text(object, "order"));
  COFILTER_ASSIGN_OR_RETURN(set.order, ParseOrder(order));
  COFILTER_ASSIGN_OR_RETURN(set.columns, ParseColumns(object));
  if (object.contains("events") || object.contains("split")) {
    COFILTER_ASSIGN_OR_RETURN(const std::string events, Text(object, "events"));
    COFILTER_ASSIGN_OR_RETURN(set.split, Text(object, "split"));
    if (set.split != "leave-last-out" && set.split != "hash" && set.split != "time" &&
        set.split != "cold") {
      return absl::InvalidArgumentError(
          absl::StrCat("\"split\" is \"", set.split,
                       "\"; it must be \"leave-last-out\", \"hash\", \"time\" or \"cold\""));
    }
    if (object.contains("train") || object.contains("test")) {
      return absl::InvalidArgumentError(
          "a set has either \"events\" and \"split\", or \"train\" and \"test\"");
    }
    set.events = (place / events).string();
    return set;
  }
  if (set.format == "table" || set.columns.counted) {
    return absl::InvalidArgumentError(
        "tables and counted lists need \"events\" and \"split\" in place of \"train\" and "
        "\"test\"");
  }
  COFILTER_ASSIGN_OR_RETURN(const std::string train, Text(object, "train"));
  COFILTER_ASSIGN_OR_RETURN(const std::string test, Text(object, "test"));
  set.train = (place / train).string();
  set.test = (place / test).string();
  return set;
}

absl::StatusOr<SetDescriptor> ReadDescriptor(const std::string& directory) {
  const std::string path = (std::filesystem::path(directory) / kDescriptorFile).string();
  COFILTER_ASSIGN_OR_RETURN(const std::string text, runtime::ReadFile(path));
  absl::StatusOr<SetDescriptor> set = ParseDescriptor(text, directory);
  if (!set.ok())
    return absl::Status(set.status().code(), absl::StrCat(path, ": ", set.status().message()));
  COFILTER_RETURN_IF_ERROR(CheckFiles(*set));
  return set;
}

std::vector<std::string> PublicSetNames() {
  std::vector<std::string> names;
  for (const PublicSet& set : PublicSets()) names.emplace_back(set.name);
  return names;
}

absl::StatusOr<SetDescriptor> FindSet(const std::string& data_directory, const std::string& name) {
  const std::filesystem::path own = std::filesystem::path(data_directory) / name;
  if (std::filesystem::exists(own / kDescriptorFile)) return ReadDescriptor(own.string());
  for (const PublicSet& known : PublicSets()) {
    if (name != known.name) continue;
    const std::filesystem::path directory = std::filesystem::path(data_directory) / known.directory;
    SetDescriptor set;
    set.name = name;
    set.directory = directory.string();
    set.format = known.format;
    set.order = known.order;
    set.split = known.split;
    set.columns = known.columns;
    (set.split.empty() ? set.train : set.events) = StoredPath(directory, known.train);
    if (set.split.empty()) set.test = StoredPath(directory, known.test);
    // Only what looks at items needs them.
    set.items = known.items;
    if (!set.items.path.empty()) set.items.path = StoredPath(directory, known.items.path.c_str());
    if (!std::filesystem::exists(set.items.path)) set.items = {};
    const absl::Status files = CheckFiles(set);
    if (files.ok()) return set;
    return absl::NotFoundError(
        absl::StrCat(files.message(),
                     data_directory.empty() ? " (give --data DIR or set COFILTER_BENCH_DATA)" : "",
                     ". The set is public: ", known.source, ". Put its files, plain or .zst, into ",
                     data_directory.empty() ? "DIR" : data_directory, "/", known.directory, "/"));
  }
  return absl::NotFoundError(absl::StrCat("there is no set \"", name, "\" in \"", data_directory,
                                          "\", and no public set of that name is known"));
}

}  // namespace cofilter::bench
