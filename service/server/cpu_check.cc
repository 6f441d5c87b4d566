// Says what is wrong on a CPU that is too old, in place of an illegal instruction. Compiled for the
// oldest CPU of all, and run before every other initialiser of the program.
#include <unistd.h>

namespace {

__attribute__((constructor(101))) void RefuseOldCpu() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2"))
    return;
  constexpr char kMessage[] =
      "cofilter-server: this CPU has no AVX2; right: an x86-64 CPU of 2013 or later (x86-64-v3), "
      "or a build with "
      "-DCOFILTER_MARCH=x86-64\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  _exit(1);
}

}  // namespace
