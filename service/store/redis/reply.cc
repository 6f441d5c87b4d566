// Numbers in answers.
#include "service/store/redis/reply.h"

#include <charconv>

namespace cofilter::service::redis {

std::int64_t ReplyView::number() const {
  if (Is(REDIS_REPLY_INTEGER)) return reply_->integer;
  const std::string_view digits = text();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() ? value : 0;
}

}  // namespace cofilter::service::redis
