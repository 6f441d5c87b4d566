// What a call is answered from: model, overlay, catalogue, rules, configuration, each with its
// revision.
#ifndef COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_H_
#define COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "service/config/config.h"
#include "service/snapshot/catalogue.h"
#include "service/snapshot/counters.h"
#include "service/snapshot/eligibility.h"
#include "service/snapshot/model_binding.h"
#include "service/store/store.h"

namespace cofilter::service {

// The rules in force. None can be written yet; what the store holds is carried with its revision.
struct RuleSet {
  std::vector<StoredRule> rules;
  Sequence revision = 0;
};

// A call pins one and keeps it to its end. Immutable, but for the counters, which move with every
// event.
struct Snapshot {
  std::shared_ptr<const ServerConfig> config;
  Catalogue catalogue;
  std::shared_ptr<const ModelBinding> model;  // nullptr: none
  std::shared_ptr<const RuleSet> rules;       // never null
  std::shared_ptr<Counters> counters;         // never null
  std::map<std::string, std::shared_ptr<const SurfaceView>, std::less<>> surfaces;
  // From then on another item comes out or expires, and the surfaces' sets are behind.
  runtime::Time valid_until = runtime::Time::max();
  // Keys up to it are tied to the model's rows.
  ItemKey last_key = 0;
  bool loaded = false;  // false: the store could not be read yet

  std::uint64_t model_version() const { return model == nullptr ? 0 : model->model->version(); }
  // nullptr: no surface of that name.
  const SurfaceView* FindSurface(std::string_view name) const {
    const auto found = surfaces.find(name);
    return found == surfaces.end() ? nullptr : found->second.get();
  }
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_H_
