// Certificates made on the spot, for benchmarks and tests.
#ifndef COFILTER_BENCH_CERTIFICATES_H_
#define COFILTER_BENCH_CERTIFICATES_H_

#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

namespace cofilter::bench {

// A certificate with its key (P-256), good from an hour ago for a day.
class Certificate {
 public:
  static Certificate Authority(const std::string& name);
  // For the names `name`, localhost and the address 127.0.0.1.
  static Certificate Issue(const Certificate& authority, const std::string& name);

  std::string certificate_pem() const;
  std::string key_pem() const;

 private:
  static Certificate Make(const std::string& name, const Certificate* authority);
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
};

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_CERTIFICATES_H_
