// Any bytes as an HTTP request and the Connect call in it: refused or read, the same at once and
// byte by byte.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "cofilter/v1/model_service.pb.h"
#include "cofilter/v1/recommendation_service.pb.h"
#include "service/http/connect_request.h"
#include "service/http/request_reader.h"

namespace {

using namespace cofilter::service::http;

Limits SmallLimits() {
  Limits limits;
  limits.body_bytes = 256;
  limits.header_bytes = 1024;
  limits.header_count = 12;
  return limits;
}

// nullopt: there is more to come.
using Outcome = std::optional<std::variant<Request, Response>>;

Outcome Read(std::string_view text, std::size_t piece) {
  static const Limits limits = SmallLimits();
  ByteQuota quota(1 << 20);
  RequestReader reader(&limits, &quota);
  boost::beast::flat_buffer buffer;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    const std::string_view part = text.substr(0, piece);
    buffer.commit(boost::asio::buffer_copy(buffer.prepare(part.size()),
                                           boost::asio::buffer(part.data(), part.size())));
    const RequestReader::Progress progress = reader.Read(&buffer);
    if (progress == RequestReader::Progress::kWhole) return reader.Take();
    if (progress == RequestReader::Progress::kRefused) return reader.TakeRefusal();
  }
  return std::nullopt;
}

void CheckCall(Request request) {
  static const auto& methods =
      *new MethodTable({"cofilter.v1.RecommendationService", "cofilter.v1.ModelService"});
  static const auto& json = *new JsonCodec;
  const bool over = request.body.size() > SmallLimits().body_bytes;
  auto call = ReadConnectCall(methods, std::move(request), SmallLimits().body_bytes);
  if (over) std::abort();
  if (const auto* refusal = std::get_if<Response>(&call)) {
    if (refusal->status < 400) std::abort();
    return;
  }
  auto& read = std::get<ConnectCall>(call);
  const auto bytes = MessageBytes(json, read);
  // What was read as JSON can be written as JSON.
  if (bytes.ok() && read.codec == Codec::kJson &&
      !json.ToJson(*read.method->input_type(), *bytes).ok()) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  // The services are found by name: this links them in.
  static const bool linked = cofilter::v1::RecommendItemsRequest::descriptor() != nullptr &&
                             cofilter::v1::ListModelsRequest::descriptor() != nullptr;
  if (!linked || size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const Outcome whole = Read(text, text.size());
  const Outcome pieces = Read(text, 1);
  if (whole.has_value() != pieces.has_value()) std::abort();
  if (!whole) return 0;
  if (whole->index() != pieces->index()) std::abort();
  if (const auto* refusal = std::get_if<Response>(&*whole)) {
    if (refusal->status != std::get<Response>(*pieces).status) std::abort();
  }
  if (const auto* request = std::get_if<Request>(&*whole)) {
    const auto& other = std::get<Request>(*pieces);
    if (request->path != other.path || request->body != other.body ||
        request->headers.size() != other.headers.size() || request->too_large != other.too_large) {
      std::abort();
    }
    CheckCall(*request);
  }
  return 0;
}
