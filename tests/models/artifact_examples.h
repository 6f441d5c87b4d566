// The small artifact that tests publish, damage and compare with the golden one.
#ifndef COFILTER_TESTS_MODELS_ARTIFACT_EXAMPLES_H_
#define COFILTER_TESTS_MODELS_ARTIFACT_EXAMPLES_H_

#include <vector>

#include "models/artifact.h"

namespace cofilter::models {

// Changing these changes the golden artifact, which must not be.
ArtifactDescription MakeArtifactDescription();
// One operator with every section, one without lists, one without items: what the golden artifact
// of version 1 was made from.
std::vector<OperatorArrays> MakeArtifactOperatorsOfVersion1();
// The same with what version 2 added.
std::vector<OperatorArrays> MakeArtifactOperators();

}  // namespace cofilter::models

#endif  // COFILTER_TESTS_MODELS_ARTIFACT_EXAMPLES_H_
