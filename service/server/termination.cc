// SIGTERM, SIGINT and SIGHUP, taken by waiting rather than in a handler.
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
  sigaddset(&signals, SIGHUP);
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
  std::thread([] {
    int signal_number = SIGHUP;
    while (signal_number == SIGHUP) signal_number = Termination().Wait();
    _exit(128 + signal_number);
  }).detach();
}

}  // namespace cofilter::service
