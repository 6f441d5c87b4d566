// Waits for the signals that end the program, or have it read its configuration again.
#ifndef COFILTER_SERVICE_SERVER_TERMINATION_H_
#define COFILTER_SERVICE_SERVER_TERMINATION_H_

namespace cofilter::service {

// Blocks SIGTERM, SIGINT and SIGHUP in this thread and all that it starts: construct it before any
// other thread runs.
class Termination {
 public:
  Termination();
  // The signal that came.
  int Wait() const;
  // From now on another signal ends the process at once, with 128 + its number; SIGHUP does
  // nothing.
  void ExitOnNext() const;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SERVER_TERMINATION_H_
