// Runs the generator and writes what it makes.
#include "bench/generated_set.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "bench/set_split.h"
#include "data/interactions.h"
#include "data/record_json.h"
#include "data/split.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

absl::Status WriteText(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file ? absl::OkStatus() : absl::InternalError(absl::StrCat("cannot write ", path));
}

std::string ListLine(const std::string& member, const std::vector<std::string>& items) {
  std::string line = member;
  for (const std::string& item : items) absl::StrAppend(&line, " ", item);
  return line + "\n";
}

absl::StatusOr<SetDescriptor> WriteSmokeSet(const std::string& directory) {
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(directory));
  data::OrganisationSettings organisation;
  organisation.members = 120;
  organisation.items = 150;
  organisation.days = 10;
  organisation.events = 6'000;
  COFILTER_ASSIGN_OR_RETURN(const GeneratedSet generated, GenerateSet(organisation));
  COFILTER_ASSIGN_OR_RETURN(const data::Split split, data::SplitByHash(generated.log, 1));
  std::string test;
  for (const data::TestMember& member : split.test) {
    test += ListLine(split.train.member_ids[member.member], member.items);
  }
  COFILTER_RETURN_IF_ERROR(WriteLists(split.train, directory + "/train.txt"));
  COFILTER_RETURN_IF_ERROR(WriteText(directory + "/test.txt", test));
  COFILTER_RETURN_IF_ERROR(WriteItems(generated.items, directory + "/items.jsonl"));
  COFILTER_RETURN_IF_ERROR(
      WriteText(absl::StrCat(directory, "/", std::string(kDescriptorFile)),
                R"({"format": "list", "order": "none", "train": "train.txt", "test": "test.txt",
          "items": "items.jsonl"})"));
  return ReadDescriptor(directory);
}

}  // namespace

absl::StatusOr<GeneratedSet> GenerateSet(const data::OrganisationSettings& settings) {
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<data::Organisation> organisation,
                            data::Organisation::Create(settings));
  COFILTER_ASSIGN_OR_RETURN(data::DatasetBuilder builder, data::DatasetBuilder::Create({}));
  for (std::uint32_t day = 0; day < settings.days; ++day) {
    COFILTER_RETURN_IF_ERROR(organisation->ForEachEventOfDay(day, [&](const data::Event& event) {
      builder.Add(event);
      return absl::OkStatus();
    }));
  }
  GeneratedSet set;
  set.items.assign(organisation->Items().begin(), organisation->Items().end());
  COFILTER_ASSIGN_OR_RETURN(set.log, std::move(builder).Build());
  for (data::Interaction& interaction : set.log.interactions) interaction.weight = 1;
  return set;
}

absl::Status WriteLists(const data::Dataset& dataset, const std::string& path) {
  std::string text;
  for (std::size_t m = 0; m < dataset.members(); ++m) {
    std::vector<std::string> items;
    for (const data::Interaction& interaction : dataset.of(m)) {
      items.push_back(dataset.item_ids[interaction.item]);
    }
    if (!items.empty()) text += ListLine(dataset.member_ids[m], items);
  }
  return WriteText(path, text);
}

absl::Status WriteItems(const std::vector<data::Item>& items, const std::string& path) {
  std::string text;
  for (const data::Item& item : items) {
    data::AppendJson(item, text);
    text += '\n';
  }
  return WriteText(path, text);
}

absl::StatusOr<SetDescriptor> ResolveSet(const Settings& settings, const std::string& name) {
  const std::string program = settings.programs + "/cofilter";
  if (settings.set_directory.has_value()) {
    COFILTER_ASSIGN_OR_RETURN(const SetDescriptor set, ReadDescriptor(*settings.set_directory));
    return SplitSet(set, program, settings.cache_directory);
  }
  if (!settings.smoke) {
    COFILTER_ASSIGN_OR_RETURN(const SetDescriptor set, FindSet(settings.data_directory, name));
    return SplitSet(set, program, settings.cache_directory);
  }
  const std::string directory = settings.work_directory + "/smoke-set";
  if (std::filesystem::exists(absl::StrCat(directory, "/", std::string(kDescriptorFile)))) {
    return ReadDescriptor(directory);
  }
  return WriteSmokeSet(directory);
}

}  // namespace cofilter::bench
