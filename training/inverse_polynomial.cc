// Lanczos for the spectrum, least squares for the polynomial.
#include "training/inverse_polynomial.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kColumns = GramSystem::kColumns;
constexpr std::size_t kSteps = 24;

using PerColumn = std::array<double, kColumns>;
using Columns = std::vector<float>;  // [items × kColumns]

PerColumn Dots(const Columns& a, const Columns& b) {
  PerColumn dots{};
  for (std::size_t at = 0; at < a.size(); at += kColumns) {
    for (std::size_t c = 0; c < kColumns; ++c)
      dots[c] += static_cast<double>(a[at + c]) * static_cast<double>(b[at + c]);
  }
  return dots;
}

// to -= by · from, column by column.
void Subtract(const PerColumn& by, const Columns& from, Columns* to) {
  for (std::size_t at = 0; at < from.size(); at += kColumns) {
    for (std::size_t c = 0; c < kColumns; ++c)
      (*to)[at + c] -= static_cast<float>(by[c]) * from[at + c];
  }
}

// Divides each column by its length and returns the lengths; columns that are 0 stay.
PerColumn Normalise(Columns* columns) {
  PerColumn lengths = Dots(*columns, *columns);
  PerColumn factors{};
  for (std::size_t c = 0; c < kColumns; ++c) {
    lengths[c] = std::sqrt(lengths[c]);
    factors[c] = lengths[c] > 0 ? 1 / lengths[c] : 0;
  }
  for (std::size_t at = 0; at < columns->size(); at += kColumns) {
    for (std::size_t c = 0; c < kColumns; ++c) (*columns)[at + c] *= static_cast<float>(factors[c]);
  }
  return lengths;
}

// Chebyshev's points of [low, high], each as far as can be from those before (Leja's order), which
// keeps Newton's form stable.
std::vector<double> Nodes(double low, double high, std::size_t count) {
  std::vector<double> nodes;
  for (std::size_t k = 0; k < count; ++k) {
    nodes.push_back((low + high) / 2 +
                    (high - low) / 2 *
                        std::cos(std::numbers::pi * static_cast<double>(2 * k + 1) /
                                 static_cast<double>(2 * count)));
  }
  for (std::size_t k = 1; k < count; ++k) {
    const auto distance = [&](double node) {
      double product = 1;
      for (std::size_t before = 0; before < k; ++before) product *= std::abs(node - nodes[before]);
      return product;
    };
    const auto rest = nodes.begin() + static_cast<std::ptrdiff_t>(k);
    std::iter_swap(rest, std::max_element(rest, nodes.end(), [&](double a, double b) {
                     return distance(a) < distance(b);
                   }));
  }
  return nodes;
}

InversePolynomial FitOfDegree(std::span<const SpectrumPoint> spectrum, std::size_t degree) {
  const auto by_eigenvalue = [](const SpectrumPoint& a, const SpectrumPoint& b) {
    return a.eigenvalue < b.eigenvalue;
  };
  const auto [low, high] = std::minmax_element(spectrum.begin(), spectrum.end(), by_eigenvalue);
  InversePolynomial polynomial;
  polynomial.nodes = Nodes(low->eigenvalue, high->eigenvalue, degree);
  const auto rows = static_cast<Eigen::Index>(spectrum.size());
  Eigen::MatrixXd basis(rows, static_cast<Eigen::Index>(degree) + 1);
  Eigen::VectorXd target(rows);
  for (Eigen::Index r = 0; r < rows; ++r) {
    const SpectrumPoint& point = spectrum[static_cast<std::size_t>(r)];
    double value = std::sqrt(point.share);
    target[r] = value / point.eigenvalue;
    for (std::size_t k = 0; k < degree; ++k) {
      basis(r, static_cast<Eigen::Index>(k)) = value;
      value *= point.eigenvalue - polynomial.nodes[k];
    }
    basis(r, static_cast<Eigen::Index>(degree)) = value;
  }
  const Eigen::VectorXd solution = basis.colPivHouseholderQr().solve(target);
  polynomial.coefficients.assign(solution.data(), solution.data() + solution.size());
  polynomial.relative_error = (basis * solution - target).norm() / target.norm();
  return polynomial;
}

}  // namespace

std::vector<SpectrumPoint> MeasureSpectrum(const GramSystem& system, std::uint64_t seed) {
  GramSystem::Block block = system.MakeBlock();
  Columns before(block.columns.size()), now(block.columns.size());
  SeededRandom random(seed);
  for (float& value : now) value = random.Normal();
  Normalise(&now);
  const std::size_t steps = std::min(kSteps, system.items());
  std::vector<PerColumn> alphas, betas;  // diagonal, and what is beside it
  for (std::size_t step = 0; step < steps; ++step) {
    block.columns = now;
    system.Apply(0, &block);
    alphas.push_back(Dots(block.columns, now));
    Subtract(alphas.back(), now, &block.columns);
    if (step > 0) Subtract(betas.back(), before, &block.columns);
    before.swap(now);
    now.swap(block.columns);
    betas.push_back(Normalise(&now));
  }
  std::vector<SpectrumPoint> spectrum;
  for (std::size_t c = 0; c < kColumns; ++c) {
    Eigen::VectorXd diagonal(static_cast<Eigen::Index>(steps));
    Eigen::VectorXd beside(static_cast<Eigen::Index>(steps) - 1);
    for (Eigen::Index k = 0; k < diagonal.size(); ++k)
      diagonal[k] = alphas[static_cast<std::size_t>(k)][c];
    for (Eigen::Index k = 0; k < beside.size(); ++k)
      beside[k] = betas[static_cast<std::size_t>(k)][c];
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen;
    eigen.computeFromTridiagonal(diagonal, beside);
    for (Eigen::Index k = 0; k < diagonal.size(); ++k) {
      const double root = eigen.eigenvectors()(0, k);
      spectrum.push_back({std::max(eigen.eigenvalues()[k], system.least_eigenvalue()),
                          root * root / static_cast<double>(kColumns)});
    }
  }
  return spectrum;
}

double InversePolynomial::At(double t) const {
  double value = coefficients.back();
  for (std::size_t k = nodes.size(); k-- > 0;) value = (t - nodes[k]) * value + coefficients[k];
  return value;
}

InversePolynomial FitInverse(std::span<const SpectrumPoint> spectrum, double tolerance,
                             std::size_t most) {
  InversePolynomial polynomial;
  for (std::size_t degree = 1; degree <= most; ++degree) {
    polynomial = FitOfDegree(spectrum, degree);
    if (polynomial.relative_error <= tolerance) break;
  }
  return polynomial;
}

}  // namespace cofilter::training
