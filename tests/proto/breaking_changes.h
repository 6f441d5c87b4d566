// What a change of the contract breaks for those who were built against an earlier one.
#ifndef COFILTER_TESTS_PROTO_BREAKING_CHANGES_H_
#define COFILTER_TESTS_PROTO_BREAKING_CHANGES_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace cofilter::contract {

// Messages, fields, enums, values, services and methods of `package` that are gone in `now`, or
// whose number, name, type, cardinality, presence or streaming is another. Names count as the wire
// does, for JSON and generated code go by them. A field or value may go where its number and name
// are reserved in the place where it stood. One sentence each; empty: nothing breaks.
std::vector<std::string> BreakingChanges(const google::protobuf::DescriptorPool& before,
                                         const google::protobuf::DescriptorPool& now,
                                         const std::vector<std::string>& files);

}  // namespace cofilter::contract

#endif  // COFILTER_TESTS_PROTO_BREAKING_CHANGES_H_
