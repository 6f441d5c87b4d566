// An HTTP client that sends what a benchmark or a test writes, byte for byte, and reads answers.
#ifndef COFILTER_BENCH_HTTP_CLIENT_H_
#define COFILTER_BENCH_HTTP_CLIENT_H_

#include <map>
#include <string>
#include <string_view>

namespace cofilter::bench {

struct Answer {
  int status = 0;                              // 0: the connection ended before an answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// One connection to loopback.
class HttpClient {
 public:
  // headers: lines that go with every Post and Get, as "authorization: Bearer t\r\n".
  explicit HttpClient(int port, std::string headers = "");
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // False: the other end has gone.
  bool Send(std::string_view bytes);
  // The next answer; `head`: it has no body whatever its length says.
  Answer Read(bool head = false);
  // Waits for the other end to close; false: it sent something instead.
  bool AwaitClose();

  int descriptor() const { return socket_; }

  Answer Post(std::string_view path, std::string_view body,
              std::string_view content_type = "application/json", std::string_view headers = "");
  Answer Get(std::string_view target, std::string_view headers = "");

 private:
  bool Fill();

  const std::string headers_;
  int socket_ = -1;
  std::string buffer_;
};

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_HTTP_CLIENT_H_
