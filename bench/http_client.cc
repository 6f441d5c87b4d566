// Plain sockets.
#include "bench/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace cofilter::bench {

HttpClient::HttpClient(int port, std::string headers)
    : headers_(std::move(headers)), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

HttpClient::~HttpClient() {
  if (socket_ >= 0) ::close(socket_);
}

bool HttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpClient::Fill() {
  char bytes[16384];
  const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

Answer HttpClient::Read(bool head) {
  Answer answer;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return answer;
  }
  std::string_view lines(buffer_.data(), end + 2);
  answer.status = std::atoi(std::string(lines.substr(9, 3)).c_str());
  for (lines.remove_prefix(lines.find("\r\n") + 2); !lines.empty();
       lines.remove_prefix(lines.find("\r\n") + 2)) {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    const std::size_t colon = line.find(':');
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers[name] = std::string(line.substr(colon + 2));
  }
  buffer_.erase(0, end + 4);
  const auto length = answer.headers.find("content-length");
  if (head || length == answer.headers.end()) return answer;
  const auto size = static_cast<std::size_t>(std::atoll(length->second.c_str()));
  while (buffer_.size() < size) {
    if (!Fill()) break;
  }
  answer.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return answer;
}

bool HttpClient::AwaitClose() {
  if (!buffer_.empty()) return false;
  return !Fill();
}

Answer HttpClient::Post(std::string_view path, std::string_view body, std::string_view content_type,
                        std::string_view headers) {
  std::string request = "POST " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nContent-Type: ";
  request += content_type;
  request += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  request += headers_;
  request += headers;
  request += "\r\n";
  request += body;
  return Send(request) ? Read() : Answer();
}

Answer HttpClient::Get(std::string_view target, std::string_view headers) {
  std::string request = "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n";
  request += headers_;
  request += headers;
  request += "\r\n";
  return Send(request) ? Read() : Answer();
}

}  // namespace cofilter::bench
