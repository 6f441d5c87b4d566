// A dataset straight from a log or a data set on disk.
#ifndef COFILTER_DATA_DATASET_SOURCE_H_
#define COFILTER_DATA_DATASET_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "data/interactions.h"
#include "data/record_source.h"

namespace cofilter::data {

struct DatasetSource {
  Dataset dataset;
  SourceReport report;
};

// Lists and tables make pairs of weight 1, with the order that their options state; verbs and event
// ids do not matter there. Events of the other formats go by the builder's options. Errors: those
// of ReadEvents and DatasetBuilder.
absl::StatusOr<DatasetSource> ReadDataset(const std::string& path, const SourceOptions& source,
                                          const DatasetBuilderOptions& builder = {});

}  // namespace cofilter::data

#endif  // COFILTER_DATA_DATASET_SOURCE_H_
