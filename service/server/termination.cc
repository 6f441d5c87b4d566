// SIGTERM and SIGINT, taken by waiting rather than in a handler.
#include "service/server/termination.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace cofilter::service {
namespace {

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

Termination::Termination() {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A client that goes away while we write is an error of that call, not the end of the server.
  signal(SIGPIPE, SIG_IGN);
}

int Termination::Wait() const {
  const sigset_t signals = Signals();
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) != 0) {
  }
  return signal_number;
}

void Termination::ExitOnNext() const {
  std::thread([] { _exit(128 + Termination().Wait()); }).detach();
}

}  // namespace cofilter::service
