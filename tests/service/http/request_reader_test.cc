// What the reader takes for a request, and what it refuses, whole and byte by byte.
#include "service/http/request_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cofilter::service::http {
namespace {

using Progress = RequestReader::Progress;

class RequestReaderTest : public testing::TestWithParam<std::size_t> {
 protected:
  // Reads the text in pieces of the parameter's size; 0: at once.
  Progress Read(const std::string& text) {
    reader_.emplace(&limits, &quota);
    boost::beast::flat_buffer buffer;
    const std::size_t piece = GetParam() == 0 ? text.size() : GetParam();
    Progress progress = Progress::kNeedsMore;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      const std::string part = text.substr(at, piece);
      buffer.commit(
          boost::asio::buffer_copy(buffer.prepare(part.size()), boost::asio::buffer(part)));
      progress = reader_->Read(&buffer);
      if (progress == Progress::kWhole || progress == Progress::kRefused) break;
    }
    return progress;
  }
  // 0: it was not refused.
  int Refused(const std::string& text) {
    return Read(text) == Progress::kRefused ? reader_->TakeRefusal().status : 0;
  }
  Request Whole(const std::string& text) {
    EXPECT_EQ(Read(text), Progress::kWhole);
    return reader_->Take();
  }

  Limits limits;
  ByteQuota quota{1 << 20};
  std::optional<RequestReader> reader_;
};

constexpr char kStart[] = "POST /a?b=1 HTTP/1.1\r\nHost: h\r\n";

TEST_P(RequestReaderTest, TakesARequestApart) {
  const Request request =
      Whole(std::string(kStart) + "X-One: 1\r\nx-one: 2\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.query, "b=1");
  EXPECT_EQ(request.body, "abc");
  ASSERT_EQ(request.headers.size(), 4u);
  EXPECT_EQ(request.headers[1].name, "x-one");
  EXPECT_EQ(request.headers[1].value, "1");
  EXPECT_EQ(request.headers[2].value, "2");
}

TEST_P(RequestReaderTest, PutsChunksTogether) {
  EXPECT_EQ(Whole(std::string(kStart) +
                  "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
                .body,
            "abc");
}

TEST_P(RequestReaderTest, RefusesWhatTwoReadersCouldUnderstandDifferently) {
  const std::string chunk = "\r\n\r\n0\r\n\r\n";
  EXPECT_EQ(
      Refused(std::string(kStart) + "Content-Length: 5\r\nTransfer-Encoding: chunked" + chunk),
      400);
  EXPECT_EQ(
      Refused(std::string(kStart) + "Transfer-Encoding: chunked\r\nContent-Length: 5" + chunk),
      400);
  EXPECT_EQ(Refused(std::string(kStart) + "Transfer-Encoding: gzip\r\nContent-Length: 5" + chunk),
            400);
  EXPECT_EQ(Refused(std::string(kStart) + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
            400);
  EXPECT_EQ(Refused(std::string(kStart) + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
            400);
  EXPECT_EQ(Refused(std::string(kStart) + "Content-Length: 3, 3\r\n\r\nabc"), 400);
  EXPECT_EQ(Refused(std::string(kStart) + "Content-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(Refused(std::string(kStart) + "Content-Length: 0x3\r\n\r\nabc"), 400);
  EXPECT_EQ(Refused(std::string(kStart) + "Content-Length : 3\r\n\r\nabc"), 400);
  EXPECT_EQ(Refused(std::string(kStart) + "Transfer-Encoding: gzip, chunked" + chunk), 501);
  EXPECT_EQ(Refused(std::string(kStart) + "Transfer-Encoding: identity\r\n\r\n"), 501);
  EXPECT_EQ(Refused(std::string(kStart) + "Host: other\r\n\r\n"), 400);
  EXPECT_EQ(Refused("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(Refused("GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(Refused("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_NE(Refused("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no HTTP at all\r\n\r\n"), 0);
}

TEST_P(RequestReaderTest, RefusesHeadersOverTheLimit) {
  EXPECT_EQ(Refused(std::string(kStart) + "X: " + std::string(20'000, 'a') + "\r\n\r\n"), 431);
  std::string many(kStart);
  for (int n = 0; n < 101; ++n) many += "X: 1\r\n";
  EXPECT_EQ(Refused(many + "\r\n"), 431);
}

TEST_P(RequestReaderTest, TheHeaderLimitCountsEveryByteOfTheHeaderAlone) {
  const std::string header = std::string(kStart) + "X: 1\r\nContent-Length: 3\r\n\r\n";
  limits.header_bytes = header.size();
  EXPECT_EQ(Whole(header + "abc").body, "abc");
  limits.header_bytes = header.size() - 1;
  EXPECT_EQ(Refused(header + "abc"), 431);
}

TEST_P(RequestReaderTest, NothingPastTheHeaderIsTakenForAPartOfIt) {
  EXPECT_EQ(Refused("POST / HT\r\n\r\nHost: h\r\n\r\n"), 400);
  // A first line that is wrong is judged when the header is there, however it comes.
  EXPECT_EQ(Read("GET / HTTP/9.1\r\nHost: h\r\n"), Progress::kNeedsMore);
  EXPECT_EQ(Refused("GET / HTTP/9.1\r\nHost: h\r\n\r\n"), 505);
}

TEST_P(RequestReaderTest, ABodyOverTheLimitIsNotRead) {
  limits.body_bytes = 100;
  EXPECT_TRUE(Whole(std::string(kStart) + "Content-Length: 101\r\n\r\n").too_large);
  const Request chunked = Whole(std::string(kStart) + "Transfer-Encoding: chunked\r\n\r\n65\r\n" +
                                std::string(101, 'a') + "\r\n0\r\n\r\n");
  EXPECT_TRUE(chunked.too_large);
  EXPECT_EQ(chunked.body, "");
  const Request small_chunks =
      Whole(std::string(kStart) + "Transfer-Encoding: chunked\r\n\r\n33\r\n" +
            std::string(51, 'a') + "\r\n33\r\n" + std::string(51, 'a') + "\r\n0\r\n\r\n");
  EXPECT_TRUE(small_chunks.too_large);
  // Announced in the terabytes, and never sent.
  EXPECT_TRUE(Whole(std::string(kStart) + "Content-Length: 99999999999999\r\n\r\n").too_large);
}

TEST_P(RequestReaderTest, LargeBodiesTakeFromWhatAllHaveTogether) {
  ByteQuota::Share other(&quota);
  ASSERT_TRUE(other.Hold((1 << 20) - 1000));
  const std::string request =
      std::string(kStart) + "Content-Length: 80000\r\n\r\n" + std::string(80'000, 'a');
  EXPECT_EQ(Refused(request), 503);
  ASSERT_TRUE(other.Hold(0));
  EXPECT_EQ(Whole(request).body.size(), 80'000u);
  EXPECT_GT(quota.held(), 0u);
  reader_.reset();
  EXPECT_EQ(quota.held(), 0u);
}

TEST_P(RequestReaderTest, SaysWhenTheOtherEndWaits) {
  EXPECT_EQ(Read(std::string(kStart) + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
            Progress::kNeedsContinue);
  EXPECT_EQ(Refused(std::string(kStart) + "Expect: gold\r\nContent-Length: 3\r\n\r\n"), 417);
}

TEST_P(RequestReaderTest, OnlyHttp11IsKeptAlive) {
  Whole("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(reader_->keep_alive());
  Whole("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(reader_->keep_alive());
  Whole("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_FALSE(reader_->keep_alive());
}

INSTANTIATE_TEST_SUITE_P(PieceSizes, RequestReaderTest, testing::Values(0, 1, 7, 1000));

}  // namespace
}  // namespace cofilter::service::http
