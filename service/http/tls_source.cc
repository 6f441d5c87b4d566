// One context for each set of files.
#include "service/http/tls_source.h"

#include <spdlog/spdlog.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <mutex>
#include <utility>

namespace cofilter::service::http {
namespace {

namespace ssl = boost::asio::ssl;

std::shared_ptr<ssl::context> MakeContext(const TlsMaterial& material) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                       ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 |
                       ssl::context::no_compression);
  context->use_certificate_chain(boost::asio::buffer(material.certificate_pem));
  context->use_private_key(boost::asio::buffer(material.key_pem), ssl::context::pem);
  if (!material.client_ca_pem.empty()) {
    context->add_certificate_authority(boost::asio::buffer(material.client_ca_pem));
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  }
  return context;
}

// What is in force; the listener's threads share it.
struct InForce {
  std::mutex mutex;
  std::shared_ptr<const TlsMaterial> material;
  std::shared_ptr<ssl::context> context;
};

}  // namespace

TlsSource TlsSourceOf(const TlsFiles* files) {
  return [files, in_force = std::make_shared<InForce>()]() -> std::shared_ptr<ssl::context> {
    const std::lock_guard lock(in_force->mutex);
    std::shared_ptr<const TlsMaterial> material = files->Current();
    if (material == in_force->material) return in_force->context;
    in_force->material = material;
    try {
      in_force->context = MakeContext(*material);
    } catch (const boost::system::system_error& error) {
      spdlog::error("the HTTP door cannot use the certificate files: {}", error.what());
    }
    return in_force->context;
  };
}

}  // namespace cofilter::service::http
