// Makes each snapshot from the one before and what changed.
#ifndef COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_BUILDER_H_
#define COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_BUILDER_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/snapshot/counters.h"
#include "service/snapshot/eligibility.h"
#include "service/snapshot/operator_state.h"
#include "service/snapshot/snapshot.h"

namespace cofilter::service {

// A model tied to a catalogue, made beside the snapshot in service so that nobody waits for it.
struct PreparedModel {
  std::shared_ptr<const models::Model> model;
  std::vector<OperatorState> operators;
  ItemKey last_key = 0;             // keys up to it were tied
  Sequence catalogue_revision = 0;  // that the overlay was made from
};
// Cost: a look-up an item and operator, and an embedding for each item that the model does not
// know.
PreparedModel PrepareModel(std::shared_ptr<const models::Model> model, const ServerConfig& config,
                           const Snapshot& base);

// Not thread-safe. Every method but Build only notes; Build makes what calls see.
class SnapshotBuilder {
 public:
  SnapshotBuilder(std::shared_ptr<const ServerConfig> config, std::shared_ptr<Counters> counters,
                  std::shared_ptr<ItemKeys> keys);

  // Ids that got a key, by rising key. Keys that are known already do no harm.
  void AddKeys(const std::vector<std::pair<ItemKey, std::string>>& ids);
  // Items that are new or changed, by rising revision.
  void ApplyItems(std::vector<StoredItem> items, runtime::Time now);
  // Everything up to that change is in.
  void SetCatalogueRevision(Sequence revision) { catalogue_.SetRevision(revision); }
  // Lets out what is due and takes off what has expired.
  void AdvanceTime(runtime::Time now);
  void SetRules(std::shared_ptr<const RuleSet> rules) { rules_ = std::move(rules); }
  void SetModel(PreparedModel prepared, runtime::Time now);
  // Surfaces, and operators tied anew to what they serve. prepared: of the model in service, from a
  // snapshot with that configuration; without a model where there is none.
  void SetConfig(std::shared_ptr<const ServerConfig> config, std::shared_ptr<Counters> counters,
                 PreparedModel prepared, runtime::Time now);

  std::shared_ptr<const Snapshot> Build(bool loaded);

  Sequence catalogue_revision() const { return catalogue_.revision(); }
  ItemKey last_key() const { return last_key_; }

 private:
  void TieKey(ItemKey key, std::string_view item_id);
  void Refile(const std::vector<ItemKey>& keys, runtime::Time now);
  void NoteBoundary(const CatalogueItem& item, runtime::Time now);
  void PublishBindings();
  void MakeSurfaces();

  std::shared_ptr<const ServerConfig> config_;
  std::shared_ptr<Counters> counters_;
  const std::shared_ptr<ItemKeys> keys_;
  Catalogue catalogue_;
  std::shared_ptr<const RuleSet> rules_ = std::make_shared<const RuleSet>();
  std::vector<SurfaceIndex> surfaces_;
  std::shared_ptr<const models::Model> model_;
  std::shared_ptr<const ModelBinding> binding_;
  std::vector<OperatorState> operators_;
  std::set<std::pair<runtime::Time, ItemKey>> boundaries_;  // when an item comes out or expires
  ItemKey last_key_ = 0;  // no key up to it is missing; items beyond it may be there already
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_BUILDER_H_
