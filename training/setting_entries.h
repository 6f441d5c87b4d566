// The training settings by name: one table for flags, configuration files and parameter files.
#ifndef COFILTER_TRAINING_SETTING_ENTRIES_H_
#define COFILTER_TRAINING_SETTING_ENTRIES_H_

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "training/training_settings.h"

namespace cofilter::training {

using SettingValue = std::variant<bool, double, std::string>;

struct SettingEntry {
  const char* name;  // "global_weight" in files, --global-weight as a flag
  const char*
      kind;  // what is right: "a number", "a whole number", "true or false", "local or ridge"
  const char* help;
  // False when the value is of the wrong kind. Ranges are checked by TrainingSettings::Validate.
  bool (*set)(TrainingSettings* settings, const SettingValue& value);
  // The value as it stands; null: not given.
  nlohmann::json (*get)(const TrainingSettings& settings);
};

// All of them, in the order in which help shows them.
std::span<const SettingEntry> SettingEntries();

// Errors: INVALID_ARGUMENT, with `where` in front, for a name that is no entry and for a value of
// the wrong kind.
absl::Status ApplySetting(std::string_view where, std::string_view name, const SettingValue& value,
                          TrainingSettings* settings);
// As above from text, as flags have it.
absl::Status ApplySettingText(std::string_view where, std::string_view name,
                              const std::string& text, TrainingSettings* settings);

// As above from an object: the settings of a report, or the parameters that it chose.
absl::Status ApplySettingsJson(const std::string& where, const nlohmann::json& values,
                               TrainingSettings* settings);

// Every entry that has a value, by name: what a report keeps, and a later run can be given.
nlohmann::json SettingsJson(const TrainingSettings& settings);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_SETTING_ENTRIES_H_
