// What Redis itself runs, so that no other client sees the half of it. A script touches the keys of
// one slot, looks at every key's type before its first write, and reads no more than it was given a
// bound for.
#ifndef COFILTER_SERVICE_STORE_REDIS_SCRIPTS_H_
#define COFILTER_SERVICE_STORE_REDIS_SCRIPTS_H_

#include "service/store/redis/command.h"

namespace cofilter::service::redis {

// Each script's keys and arguments stand at its text in scripts.cc.
struct Scripts {
  Script open_store;
  Script log_events;
  Script apply_events;
  Script settle_events;
  Script intern;
  Script upsert_items;
  Script read_items;
  Script changed_items;
  Script add_changes;
  Script read_changes;
  Script set_preferences;
  Script set_pointer;
  Script put_rule;
  Script append_audit;
  Script put_import;
  Script read_imports;
  Script remember_answer;

  static const Scripts& Get();
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_SCRIPTS_H_
