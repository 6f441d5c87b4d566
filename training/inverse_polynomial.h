// A polynomial that stands in for the inverse of a matrix, fitted to the matrix's own spectrum.
#ifndef COFILTER_TRAINING_INVERSE_POLYNOMIAL_H_
#define COFILTER_TRAINING_INVERSE_POLYNOMIAL_H_

#include <cstdint>
#include <span>
#include <vector>

#include "training/gram_system.h"

namespace cofilter::training {

// How much of the trace lies where on the spectrum.
struct SpectrumPoint {
  double eigenvalue = 0;
  double share = 0;  // of 1
};

// By Lanczos from random columns, merged.
// Cost: 24 products with one block.
// Source: Golub, Meurant, "Matrices, moments and quadrature with applications", 2010, chapter 11;
// the average over random columns is Hutchinson's.
std::vector<SpectrumPoint> MeasureSpectrum(const GramSystem& system, std::uint64_t seed);

// q(t) = c_0 + c_1 (t − n_1) + c_2 (t − n_1)(t − n_2) + …: Newton's form, whose evaluation by
// Horner's rule needs the last value alone. Shapes: coefficients [degree + 1], nodes [degree].
struct InversePolynomial {
  std::vector<double> nodes, coefficients;
  double relative_error = 0;  // √(Σ share (q(t) − 1/t)² / Σ share / t²): of the inverse as a whole

  std::size_t degree() const { return nodes.size(); }
  double At(double t) const;
};

// The one of least degree, from 1 to `most`, whose relative error is at most `tolerance`; that of
// degree `most` where there is none. One polynomial serves all columns: unlike conjugate gradients,
// that needs neither scalar products nor further vectors.
// REQUIRES: eigenvalues above 0, not empty.
InversePolynomial FitInverse(std::span<const SpectrumPoint> spectrum, double tolerance,
                             std::size_t most);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_INVERSE_POLYNOMIAL_H_
