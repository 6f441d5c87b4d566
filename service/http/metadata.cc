// Which headers pass, and in what form.
#include "service/http/metadata.h"

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace cofilter::service::http {
namespace {

constexpr std::string_view kBinary = "-bin";
constexpr std::array<std::string_view, 22> kOfTheConnection = {"accept",
                                                               "accept-charset",
                                                               "accept-encoding",
                                                               "accept-language",
                                                               "cache-control",
                                                               "connection",
                                                               "cookie",
                                                               "content-length",
                                                               "content-type",
                                                               "content-encoding",
                                                               "date",
                                                               "expect",
                                                               "host",
                                                               "keep-alive",
                                                               "pragma",
                                                               "proxy-connection",
                                                               "te",
                                                               "trailer",
                                                               "transfer-encoding",
                                                               "upgrade",
                                                               "user-agent",
                                                               "proxy-authorization"};

bool IsMetadataName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool IsMetadataText(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool BelongsToTheCall(std::string_view name) {
  return !name.starts_with("grpc-") && !name.starts_with("connect-") &&
         std::find(kOfTheConnection.begin(), kOfTheConnection.end(), name) ==
             kOfTheConnection.end();
}

}  // namespace

void AddRequestMetadata(const Headers& headers, grpc::ClientContext* context) {
  for (const Header& header : headers) {
    if (!IsMetadataName(header.name) || !BelongsToTheCall(header.name)) continue;
    if (header.name.ends_with(kBinary)) {
      std::string bytes;
      if (absl::Base64Unescape(header.value, &bytes)) context->AddMetadata(header.name, bytes);
    } else if (IsMetadataText(header.value)) {
      context->AddMetadata(header.name, header.value);
    }
  }
}

void AppendResponseHeaders(const Metadata& metadata, std::string_view prefix, Headers* headers) {
  for (const auto& [key, data] : metadata) {
    const std::string_view name(key.data(), key.size());
    const std::string_view value(data.data(), data.size());
    // The retry hint is gRPC's by name, and what a caller who was turned away needs.
    if (name != "grpc-retry-pushback-ms" && !BelongsToTheCall(name)) continue;
    Header header{absl::StrCat(std::string(prefix), std::string(name)), std::string(value)};
    if (name.ends_with(kBinary)) {
      absl::Base64Escape(absl::string_view(value.data(), value.size()), &header.value);
      header.value.erase(header.value.find_last_not_of('=') + 1);
    } else if (!IsMetadataText(value)) {
      continue;
    }
    headers->push_back(std::move(header));
  }
}

}  // namespace cofilter::service::http
