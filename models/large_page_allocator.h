// An allocator for what every call reads from end to end: aligned, and on large pages where they
// are to be had.
#ifndef COFILTER_MODELS_LARGE_PAGE_ALLOCATOR_H_
#define COFILTER_MODELS_LARGE_PAGE_ALLOCATOR_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

namespace cofilter::models {

// Small pages lie scattered in memory and fall on the same sets of the second-level cache by
// chance, which throws out a part of what would fit; a large page does not. Small arrays get the
// alignment of a cache line only.
template <typename T>
struct LargePageAllocator {
  using value_type = T;

  LargePageAllocator() = default;
  template <typename U>
  explicit LargePageAllocator(const LargePageAllocator<U>&) {}

  T* allocate(std::size_t n) {
    constexpr std::size_t kLargePage = std::size_t{2} << 20;
    constexpr std::size_t kLine = 64;
    const std::size_t alignment = n * sizeof(T) >= kLargePage / 2 ? kLargePage : kLine;
    const std::size_t bytes = (n * sizeof(T) + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    // Only advice: without large pages all works, a little slower.
    if (alignment == kLargePage) ::madvise(memory, bytes, MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) { std::free(memory); }

  template <typename U>
  bool operator==(const LargePageAllocator<U>&) const {
    return true;
  }
};

template <typename T>
using LargePageVector = std::vector<T, LargePageAllocator<T>>;

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_LARGE_PAGE_ALLOCATOR_H_
