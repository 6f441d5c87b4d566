// Shapes as text.
#include "training/dial_shape.h"

#include <cstddef>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace cofilter::training {

DialShape EvenDialShape() {
  DialShape shape{};
  for (std::size_t notch = 0; notch < shape.size(); ++notch) {
    shape[notch] = static_cast<double>(notch) / static_cast<double>(shape.size() - 1);
  }
  return shape;
}

std::string DialShapeText(const DialShape& shape) {
  std::string text;
  for (const double part : shape) {
    // As many digits as bring the same number back.
    absl::StrAppend(&text, text.empty() ? "" : " ", absl::StrFormat("%.17g", part));
  }
  return text;
}

std::optional<DialShape> ParseDialShape(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  DialShape shape{};
  if (parts.size() != shape.size()) return std::nullopt;
  for (std::size_t notch = 0; notch < shape.size(); ++notch) {
    if (!absl::SimpleAtod(parts[notch], &shape[notch])) return std::nullopt;
    if (notch > 0 && !(shape[notch] >= shape[notch - 1])) return std::nullopt;
  }
  if (shape.front() != 0 || shape.back() != 1) return std::nullopt;
  return shape;
}

}  // namespace cofilter::training
