// Keeps the libraries beneath us from starting threads of their own, and from checks that cost each
// call.
#ifndef COFILTER_SERVICE_SERVER_THREAD_ENVIRONMENT_H_
#define COFILTER_SERVICE_SERVER_THREAD_ENVIRONMENT_H_

namespace cofilter::service {

// OpenMP and OpenBLAS read their variables while the program is loaded, so the program starts
// itself once more when they are not set: one thread each, and no spinning (which costs a busy
// machine dearly). What the operator has set stays. Returns when they are set.
// Also switches off abseil's search for deadlocks and keeps freed memory.
void SettleThreadEnvironment(char** argv);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SERVER_THREAD_ENVIRONMENT_H_
