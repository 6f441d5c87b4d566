// Owned arrays to views.
#include "models/arrays_as_views.h"

namespace cofilter::models {

FlatIds::FlatIds(const std::vector<std::string>& ids) {
  offsets.reserve(ids.size() + 1);
  offsets.push_back(0);
  for (const std::string& id : ids) {
    bytes += id;
    offsets.push_back(bytes.size());
  }
}

OperatorViews ViewsOf(const OperatorArrays& arrays, const FlatIds& ids) {
  OperatorViews views;
  views.name = arrays.name;
  views.parameters = arrays.parameters;
  views.id_offsets = ids.offsets;
  views.id_bytes = ids.bytes;
  views.degrees = arrays.degrees;
  views.trend = arrays.trend;
  for (const ListBlockArrays& list : arrays.lists) {
    views.lists.push_back({list.offsets, list.targets, list.values});
  }
  views.dim = arrays.dim;
  views.embeddings = arrays.embeddings;
  views.content = {arrays.content.buckets, arrays.content.idf, arrays.content.map};
  const ContentRelationArrays& relation = arrays.relation;
  views.relation = {relation.offsets,
                    relation.buckets,
                    relation.values,
                    {relation.near.offsets, relation.near.targets, relation.near.values}};
  views.members = arrays.members;
  views.interactions = arrays.interactions;
  views.facts = arrays.facts;
  return views;
}

}  // namespace cofilter::models
