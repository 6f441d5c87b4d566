// An event of a log as the message that a backend would send.
#ifndef COFILTER_CLI_EVENT_MESSAGE_H_
#define COFILTER_CLI_EVENT_MESSAGE_H_

#include "cofilter/v1/types.pb.h"
#include "data/event.h"

namespace cofilter::cli {

void ToMessage(const data::Event& event, v1::Event* message);

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_EVENT_MESSAGE_H_
