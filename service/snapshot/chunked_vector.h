// A vector that is cheap to copy and to change a little: chunks are shared until one of them is
// written.
#ifndef COFILTER_SERVICE_SNAPSHOT_CHUNKED_VECTOR_H_
#define COFILTER_SERVICE_SNAPSHOT_CHUNKED_VECTOR_H_

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace cofilter::service {

// One owner writes; what it has shared never changes. Places never written hold T{}.
// Thread-safety: a shared copy from any thread; the owner from one thread at a time.
// Cost: Set copies one chunk the first time after a Share; Share copies a pointer a chunk.
template <typename T, std::size_t kChunk = 256>
class ChunkedVector {
 public:
  ChunkedVector() = default;
  ChunkedVector(ChunkedVector&&) noexcept = default;
  ChunkedVector& operator=(ChunkedVector&&) noexcept = default;

  // Past the highest place ever written. May be more than was asked for: whole chunks.
  std::size_t size() const { return chunks_.size() * kChunk; }

  const T& operator[](std::size_t place) const {
    return (*chunks_[place / kChunk])[place % kChunk];
  }
  // As above; T{} for places past the end.
  const T& Get(std::size_t place) const {
    static const T kNone{};
    return place < size() ? (*this)[place] : kNone;
  }

  void Set(std::size_t place, T value) {
    const std::size_t chunk = place / kChunk;
    while (chunks_.size() <= chunk) {
      chunks_.push_back(std::make_shared<Chunk>());
      own_.push_back(true);
    }
    if (!own_[chunk]) {
      chunks_[chunk] = std::make_shared<Chunk>(*chunks_[chunk]);
      own_[chunk] = true;
    }
    (*chunks_[chunk])[place % kChunk] = std::move(value);
  }

  // A copy that later Sets do not reach.
  ChunkedVector Share() {
    own_.assign(own_.size(), false);
    ChunkedVector copy;
    copy.chunks_ = chunks_;
    copy.own_ = own_;
    return copy;
  }

 private:
  using Chunk = std::array<T, kChunk>;
  std::vector<std::shared_ptr<Chunk>> chunks_;
  std::vector<bool> own_;  // not reachable from a shared copy
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_CHUNKED_VECTOR_H_
