// Loads a directory and answers from memory.
#include "service/http/static_files.h"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/http/router.h"

namespace cofilter::service::http {
namespace {

constexpr std::size_t kMaxBytes = 64u << 20;
constexpr std::string_view kIndex = "index.html";

constexpr std::string_view kBuiltInPage = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Cofilter</title>
<h1>Cofilter 共同筛选</h1>
<p>This server recommends news to read and learning to take. It answers programs:</p>
<ul>
<li>gRPC, on its own port: services <code>cofilter.v1.*</code>, reflection is on;</li>
<li>the Connect protocol, on this port: <code>POST /cofilter.v1.RecommendationService/RecommendItems</code>
with a JSON body.</li>
</ul>
</html>
)";

constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".webmanifest", "application/manifest+json"},
    {".map", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
}};

std::string_view ContentType(std::string_view path) {
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// Whether an If-None-Match holds the tag.
bool Matches(std::string_view condition, std::string_view etag) {
  return condition == "*" || condition.find(etag) != std::string_view::npos;
}

}  // namespace

void AddPageSafety(Headers* headers) {
  headers->push_back(
      {"content-security-policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
       "'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
       "frame-ancestors 'none'"});
  headers->push_back({"x-content-type-options", "nosniff"});
  headers->push_back({"referrer-policy", "no-referrer"});
  headers->push_back({"cross-origin-opener-policy", "same-origin"});
  headers->push_back({"cross-origin-resource-policy", "same-origin"});
}

void StaticFiles::Add(std::string path, std::string body) {
  File file;
  file.content_type = ContentType(path);
  file.etag = absl::StrCat("\"", runtime::Hex(runtime::Sha256(body)).substr(0, 32), "\"");
  file.body = std::move(body);
  files_[std::move(path)] = std::move(file);
}

absl::StatusOr<StaticFiles> StaticFiles::Load(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    return absl::NotFoundError(
        absl::StrCat("http.files ", data::ShowValue(directory), " is no directory"));
  }
  StaticFiles files;
  std::size_t total = 0;
  auto entry = fs::recursive_directory_iterator(directory, error);
  for (; !error && entry != fs::end(entry); entry.increment(error)) {
    if (entry->path().filename().string().starts_with('.')) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file(error) || entry->is_symlink(error)) continue;
    COFILTER_ASSIGN_OR_RETURN(std::string body,
                              runtime::ReadFile(entry->path().string(), kMaxBytes));
    total += body.size();
    if (total > kMaxBytes) {
      return absl::ResourceExhaustedError(absl::StrCat("http.files ", data::ShowValue(directory),
                                                       " has more than ", kMaxBytes, " bytes"));
    }
    files.Add(entry->path().lexically_relative(directory).generic_string(), std::move(body));
  }
  if (error) {
    return absl::InternalError(
        absl::StrCat("http.files ", data::ShowValue(directory), ": ", error.message()));
  }
  if (files.files_.find(kIndex) == files.files_.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("http.files ", data::ShowValue(directory), " has no index.html"));
  }
  return files;
}

StaticFiles StaticFiles::BuiltIn() {
  StaticFiles files;
  files.Add(std::string(kIndex), std::string(kBuiltInPage));
  return files;
}

Response StaticFiles::Serve(const Request& request, std::string_view path) const {
  if (request.method != "GET" && request.method != "HEAD") return MethodNotAllowed("GET, HEAD");
  std::string name(path);
  if (name.empty() || name.back() == '/') name += kIndex;
  const auto found = files_.find(name);
  if (found == files_.end()) return TextResponse(404, "there is no such file");
  const File& file = found->second;
  Response response;
  response.headers = {
      {"etag", file.etag},
      {"cache-control",
       name.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache"}};
  AddPageSafety(&response.headers);
  if (const auto condition = Find(request.headers, "if-none-match");
      condition && Matches(*condition, file.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"content-type", file.content_type});
  response.body = file.body;
  return response;
}

}  // namespace cofilter::service::http
