// How far each notch of the long-tail dial goes.
#ifndef COFILTER_TRAINING_DIAL_SHAPE_H_
#define COFILTER_TRAINING_DIAL_SHAPE_H_

#include <array>
#include <optional>
#include <string>

#include "models/operator_parameters.h"

namespace cofilter::training {

// Notch t adds shape[t] times what notch 10 adds to the target exponents. shape[0] = 0,
// shape[10] = 1, never falling.
using DialShape = std::array<double, models::kNotches>;
// Even steps: what a dial has that was not calibrated.
DialShape EvenDialShape();

// "0 0.1 … 1", and back; nullopt for a text that is no shape.
std::string DialShapeText(const DialShape& shape);
std::optional<DialShape> ParseDialShape(const std::string& text);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_DIAL_SHAPE_H_
