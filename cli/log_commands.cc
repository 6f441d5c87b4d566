// generate and split: logs made, and logs cut for measuring.
#include <filesystem>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/json_lines_writer.h"
#include "data/dataset_source.h"
#include "data/generator_output.h"
#include "data/split.h"
#include "runtime/files.h"
#include "runtime/progress.h"
#include "runtime/status_macros.h"

namespace cofilter::cli {
namespace {

struct GenerateFlags {
  data::OrganisationSettings settings;
  std::string out, start, compression = "zst";
};

absl::StatusOr<data::Compression> ParseCompression(const std::string& name) {
  if (name == "none") return data::Compression::kNone;
  if (name == "gz") return data::Compression::kGzip;
  if (name == "zst") return data::Compression::kZstd;
  return absl::InvalidArgumentError(
      absl::StrCat("compression: '", name, "' is not none, gz or zst"));
}

absl::Status Generate(const Invocation& invocation, GenerateFlags flags) {
  COFILTER_ASSIGN_OR_RETURN(const data::Compression compression,
                            ParseCompression(flags.compression));
  if (!flags.start.empty()) {
    COFILTER_ASSIGN_OR_RETURN(flags.settings.start, runtime::ParseTime(flags.start));
  }
  runtime::Progress progress("generating events", flags.settings.events);
  std::uint64_t reported = 0;
  COFILTER_ASSIGN_OR_RETURN(
      const data::GeneratorCounts counts,
      data::WriteOrganisation(flags.settings, flags.out, compression, [&](std::uint64_t events) {
        progress.Advance(events - reported);
        reported = events;
      }));
  if (invocation.json) {
    std::cout << "{\"members\":" << counts.members << ",\"items\":" << counts.items
              << ",\"events\":" << counts.events << "}\n";
  } else {
    std::cout << flags.out << ": " << counts.members << " members, " << counts.items << " items, "
              << counts.events << " events\n";
  }
  return absl::OkStatus();
}

struct SplitFlags {
  std::string events, out, how, format = "auto";
  data::SourceOptions source;
  std::uint64_t seed = 1;
  double fraction = 0.2;
  bool ordered = false;
};

absl::StatusOr<data::Split> MakeSplit(const data::Dataset& dataset, const SplitFlags& flags) {
  if (flags.how == "leave-last-out") return data::SplitLeaveLastOut(dataset);
  if (flags.how == "hash") return data::SplitByHash(dataset, flags.seed, flags.fraction);
  if (flags.how == "time") return data::SplitByTime(dataset, flags.fraction);
  return data::SplitColdItems(dataset, flags.seed, flags.fraction);
}

// One interaction as an event.
absl::Status WriteInteraction(const std::string& member, const std::string& item, runtime::Time at,
                              JsonLinesWriter<data::Event>* writer) {
  data::Event event;
  event.member_id = member;
  event.item_id = item;
  event.verb = data::Verb::kComplete;
  event.occurred_at = at;
  event.event_id = data::DeriveEventId(event);
  return writer->Write(event);
}

absl::Status Split(const Invocation& invocation, SplitFlags flags) {
  const auto format = data::ParseFormat(flags.format);
  if (!format) {
    return absl::InvalidArgumentError(
        absl::StrCat("format: '", flags.format, "' is not auto, json, csv, list or table"));
  }
  flags.source.format = *format;
  flags.source.list.order_is_sequence = flags.ordered;
  flags.source.table.order_is_sequence = flags.ordered;
  if (flags.source.table.time_column == "none") flags.source.table.time_column.clear();
  COFILTER_ASSIGN_OR_RETURN(const data::DatasetSource source,
                            data::ReadDataset(flags.events, flags.source));
  COFILTER_ASSIGN_OR_RETURN(const data::Split split, MakeSplit(source.dataset, flags));
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(flags.out));
  const data::Dataset& train = split.train;
  // Interactions without times get a second each after the base, in their order.
  const auto time_of = [&train](const data::Interaction& interaction, std::size_t position) {
    return train.order == data::Order::kTime
               ? interaction.at
               : data::kSyntheticBase + std::chrono::seconds(position);
  };
  JsonLinesWriter<data::Event> train_writer;
  COFILTER_RETURN_IF_ERROR(
      train_writer.Open(flags.out + "/train.jsonl.zst", data::Compression::kZstd));
  for (std::size_t member = 0; member < train.members(); ++member) {
    std::size_t position = 0;
    for (const data::Interaction& interaction : train.of(member)) {
      COFILTER_RETURN_IF_ERROR(WriteInteraction(train.member_ids[member],
                                                train.item_ids[interaction.item],
                                                time_of(interaction, position++), &train_writer));
    }
  }
  COFILTER_RETURN_IF_ERROR(train_writer.Close());
  JsonLinesWriter<data::Event> test_writer;
  COFILTER_RETURN_IF_ERROR(
      test_writer.Open(flags.out + "/test.jsonl.zst", data::Compression::kZstd));
  const runtime::Time after = std::max(train.cutoff, data::kSyntheticBase) + std::chrono::hours(24);
  for (const data::TestMember& test : split.test) {
    std::size_t position = 0;
    for (const std::string& item : test.items) {
      COFILTER_RETURN_IF_ERROR(WriteInteraction(train.member_ids[test.member], item,
                                                after + std::chrono::seconds(position++),
                                                &test_writer));
    }
  }
  COFILTER_RETURN_IF_ERROR(test_writer.Close());
  if (invocation.json) {
    std::cout << "{\"train\":" << train_writer.count() << ",\"test\":" << test_writer.count()
              << ",\"test_members\":" << split.test.size() << "}\n";
  } else {
    std::cout << flags.out << "/train.jsonl.zst: " << train_writer.count() << " interactions of "
              << train.members() << " members with " << train.items() << " items\n"
              << flags.out << "/test.jsonl.zst: " << test_writer.count() << " of "
              << split.test.size() << " members\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddLogCommands(CLI::App* app, Invocation* invocation) {
  auto generate = std::make_shared<GenerateFlags>();
  CLI::App* command = AddCommand(
      app, invocation, "generate", "Write a made-up organisation: members, items, events",
      "  cofilter generate --members 1000 --items 2000 --events 100000 --seed 7 --out var/made",
      [invocation, generate] { return Generate(*invocation, *generate); });
  command->add_option("--out", generate->out, "The directory to write")->required();
  command->add_option("--members", generate->settings.members)->capture_default_str();
  command->add_option("--items", generate->settings.items)->capture_default_str();
  command->add_option("--days", generate->settings.days)->capture_default_str();
  command->add_option("--events", generate->settings.events)->capture_default_str();
  command->add_option("--seed", generate->settings.seed)->capture_default_str();
  command->add_option("--english", generate->settings.english_share, "Share of English titles")
      ->capture_default_str();
  command
      ->add_option("--learning", generate->settings.learning_share,
                   "Share of visits that are for learning; the others are for news")
      ->capture_default_str();
  command
      ->add_option("--cross-interest", generate->settings.cross_interest,
                   "How much members want to learn about what they read about, 0 to 1")
      ->capture_default_str();
  command->add_option("--start", generate->start, "Midnight of the first day, RFC 3339");
  command->add_option("--compression", generate->compression, "Of the events: none, gz or zst")
      ->capture_default_str();

  auto split = std::make_shared<SplitFlags>();
  command = AddCommand(app, invocation, "split", "Cut a log into a training and a test part",
                       "  cofilter split --events log.jsonl.zst --how time --out var/split\n"
                       "  cofilter split --events train.txt --format list --how hash --seed 1 "
                       "--out var/split",
                       [invocation, split] { return Split(*invocation, *split); });
  command->add_option("--events", split->events, "The log: a file, a directory, or -")->required();
  command->add_option("--out", split->out, "The directory to write")->required();
  command->add_option("--how", split->how, "leave-last-out, hash, time or cold")
      ->required()
      ->check(CLI::IsMember({"leave-last-out", "hash", "time", "cold"}));
  command->add_option("--format", split->format, "auto, json, csv, list or table")
      ->capture_default_str();
  command->add_flag("--ordered", split->ordered, "With list: the order of a line means time");
  command->add_flag("--counted", split->source.list.counted,
                    "With list: a line begins with the number of its items, the member is the "
                    "number of the line");
  command->add_option("--member-column", split->source.table.member_column)->capture_default_str();
  command->add_option("--item-column", split->source.table.item_column)->capture_default_str();
  command
      ->add_option("--time-column", split->source.table.time_column,
                   "With table: none says that there are no times")
      ->capture_default_str();
  command->add_option("--fraction", split->fraction, "The test's share, with hash, time and cold")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--seed", split->seed)->capture_default_str();
}

}  // namespace cofilter::cli
