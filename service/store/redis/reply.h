// An answer of Redis, read by hiredis.
#ifndef COFILTER_SERVICE_STORE_REDIS_REPLY_H_
#define COFILTER_SERVICE_STORE_REDIS_REPLY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <hiredis/hiredis.h>

namespace cofilter::service::redis {

// A part of a Reply; valid while the reply lives. What is not of the asked type reads as nothing:
// empty text, 0, no elements.
class ReplyView {
 public:
  explicit ReplyView(const redisReply* reply) : reply_(reply) {}

  bool is_error() const { return Is(REDIS_REPLY_ERROR); }
  bool is_nil() const { return Is(REDIS_REPLY_NIL); }
  bool is_array() const { return Is(REDIS_REPLY_ARRAY); }
  bool is_text() const { return Is(REDIS_REPLY_STRING) || Is(REDIS_REPLY_STATUS); }
  std::string_view text() const {
    return is_text() || is_error()
               ? std::string_view(reply_->str, static_cast<std::size_t>(reply_->len))
               : std::string_view();
  }
  // A number, also one that came as text.
  std::int64_t number() const;
  std::size_t size() const { return is_array() ? reply_->elements : 0; }
  ReplyView operator[](std::size_t i) const {
    return ReplyView(i < size() ? reply_->element[i] : nullptr);
  }

 private:
  bool Is(int type) const { return reply_ != nullptr && reply_->type == type; }

  const redisReply* reply_;
};

class Reply {
 public:
  Reply() = default;
  explicit Reply(void* reply) : reply_(static_cast<redisReply*>(reply)) {}
  ReplyView view() const { return ReplyView(reply_.get()); }

 private:
  struct Free {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  std::unique_ptr<redisReply, Free> reply_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_REPLY_H_
