// The files of a directory, as pages for browsers.
#ifndef COFILTER_SERVICE_HTTP_STATIC_FILES_H_
#define COFILTER_SERVICE_HTTP_STATIC_FILES_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "service/http/message.h"

namespace cofilter::service::http {

// Read once and kept in memory: a request never touches the file system, so no path leads out of
// the directory. Symbolic links and names that begin with a dot are left out. Thread-safety:
// immutable.
class StaticFiles {
 public:
  // "index.html" answers for its directory too. Errors: NOT_FOUND; INVALID_ARGUMENT for a directory
  // without index.html; RESOURCE_EXHAUSTED above 64 MiB.
  static absl::StatusOr<StaticFiles> Load(const std::string& directory);
  // One page that says what the server is and where its doors are.
  static StaticFiles BuiltIn();

  // GET and HEAD of a path below the mount: `path` is what follows its prefix. A file under assets/
  // is named by its content and never changes: browsers keep it; others are asked for again, by
  // ETag.
  Response Serve(const Request& request, std::string_view path) const;

 private:
  struct File {
    std::string body;
    std::string content_type;
    std::string etag;  // with quotes
  };
  void Add(std::string path, std::string body);

  std::map<std::string, File, std::less<>> files_;
};

// What every page allows: scripts, styles and data from the server itself, and nothing else.
void AddPageSafety(Headers* headers);

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_STATIC_FILES_H_
