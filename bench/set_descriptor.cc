// Descriptors: read from a set's directory, or built in for the public sets.
#include "bench/set_descriptor.h"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

struct PublicSet {
  const char* name;
  data::Order order;
  const char* train;
  const char* test;
  const char* source;
};
constexpr std::array<PublicSet, 4> kPublicSets = {{
    {"gowalla", data::Order::kNone, "train.txt.zst", "test.txt.zst",
     "check-ins in the split of NGCF and LightGCN: github.com/gusye1234/LightGCN-PyTorch, "
     "data/gowalla/train.txt and test.txt"},
    {"amazon-book-kgat", data::Order::kNone, "train.txt.zst", "test.txt.zst",
     "books in the split of KGAT: github.com/xiangwang1223/knowledge_graph_attention_network, "
     "Data/amazon-book/train.txt and test.txt"},
    {"ml-1m", data::Order::kNone, "m1_train.txt.zst", "m1_test.txt.zst",
     "MovieLens 1M in the split of LCFN: github.com/reczoo/RecZoo, data/Movielens1M_m1/train.txt "
     "and "
     "test.txt, named m1_train.txt and m1_test.txt here (research use, no redistribution)"},
    {"mooccubex-enrolments", data::Order::kSequence, "train.txt.zst", "test.txt.zst",
     "course enrolments of MOOCCubeX: github.com/THU-KEG/MOOCCubeX; one line a learner, oldest "
     "enrolment "
     "first, the last one held out for the test"},
}};

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

absl::Status CheckFiles(const SetDescriptor& set) {
  for (const std::string& path : {set.train, set.test}) {
    if (!std::filesystem::exists(path)) {
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
  return options;
}

absl::StatusOr<SetDescriptor> ParseDescriptor(std::string_view text, const std::string& directory) {
  const nlohmann::json object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InvalidArgumentError("not a JSON object");
  SetDescriptor set;
  const std::filesystem::path place(directory);
  set.directory = directory;
  set.name = place.filename().empty() ? place.parent_path().filename().string()
                                      : place.filename().string();
  for (const auto& [key, value] : object.items()) {
    if (key != "format" && key != "order" && key != "train" && key != "test") {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", key, "\" is not known; known are format, order, train and test"));
    }
  }
  COFILTER_ASSIGN_OR_RETURN(set.format, Text(object, "format"));
  if (set.format == "table" || !data::ParseFormat(set.format).has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"format\" is \"", set.format, "\"; it must be \"list\", \"json\", \"csv\" or \"auto\""));
  }
  COFILTER_ASSIGN_OR_RETURN(const std::string order, Text(object, "order"));
  COFILTER_ASSIGN_OR_RETURN(set.order, ParseOrder(order));
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

absl::StatusOr<SetDescriptor> FindSet(const std::string& data_directory, const std::string& name) {
  const std::filesystem::path directory = std::filesystem::path(data_directory) / name;
  if (std::filesystem::exists(directory / kDescriptorFile))
    return ReadDescriptor(directory.string());
  for (const PublicSet& known : kPublicSets) {
    if (name != known.name) continue;
    SetDescriptor set{.name = name,
                      .directory = directory.string(),
                      .format = "list",
                      .order = known.order,
                      .train = StoredPath(directory, known.train),
                      .test = StoredPath(directory, known.test)};
    const absl::Status files = CheckFiles(set);
    if (files.ok()) return set;
    return absl::NotFoundError(absl::StrCat(
        files.message(),
        data_directory.empty() ? " (give --data DIR or set COFILTER_BENCH_DATA)" : "",
        ". The set is public: ", known.source, ". Put both files, plain or .zst, into ",
        data_directory.empty() ? "DIR" : data_directory, "/", known.name, "/"));
  }
  return absl::NotFoundError(absl::StrCat("there is no set \"", name, "\" in \"", data_directory,
                                          "\", and no public set of that name is known"));
}

}  // namespace cofilter::bench
