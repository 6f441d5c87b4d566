// The server's certificate files as the listener's TLS.
#ifndef COFILTER_SERVICE_HTTP_TLS_SOURCE_H_
#define COFILTER_SERVICE_HTTP_TLS_SOURCE_H_

#include "service/http/listener.h"
#include "service/identity/tls_files.h"

namespace cofilter::service::http {

// TLS 1.2 and 1.3; client certificates as the files ask for. New material serves from the next
// connection on; material that OpenSSL refuses leaves the one before in force. Ownership: files
// outlive it.
TlsSource TlsSourceOf(const TlsFiles* files);

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_TLS_SOURCE_H_
