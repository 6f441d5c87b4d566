// What the operating system says of an error number, from any thread.
#ifndef COFILTER_RUNTIME_ERRNO_TEXT_H_
#define COFILTER_RUNTIME_ERRNO_TEXT_H_

#include <string>
#include <system_error>

namespace cofilter::runtime {

inline std::string ErrnoText(int error) { return std::generic_category().message(error); }

}  // namespace cofilter::runtime

#endif  // COFILTER_RUNTIME_ERRNO_TEXT_H_
