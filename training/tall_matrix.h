// Tall dense matrices in row blocks: products that give the same bits on any number of threads.
#ifndef COFILTER_TRAINING_TALL_MATRIX_H_
#define COFILTER_TRAINING_TALL_MATRIX_H_

#include <cstdint>

#include <Eigen/Core>

#include "runtime/thread_pool.h"

namespace cofilter::training {

using TallMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// aᵀ a, both triangles. Products in single precision within a block of rows, added up in double in
// block order.
// Shapes: a [n × l] → [l × l].
Eigen::MatrixXd GramOf(const TallMatrix& a, runtime::ThreadPool* pool);
// aᵀ b.
// Shapes: a [n × l], b [n × m] → [l × m].
Eigen::MatrixXd CrossGram(const TallMatrix& a, const TallMatrix& b, runtime::ThreadPool* pool);
// a · right.
// Shapes: a [n × l], right [l × m] → [n × m].
TallMatrix TimesRight(const TallMatrix& a, const Eigen::MatrixXf& right, runtime::ThreadPool* pool);

// Columns that span what those of `a` span, orthonormal; directions that hardly exist (their share
// of the largest below about 1e-4) are left out, so there may be fewer. By Cholesky of the Gram
// matrix, by its eigen-decomposition where that fails.
TallMatrix Orthonormalised(const TallMatrix& a, runtime::ThreadPool* pool);

// Entries of mean 0 and deviation 1.
TallMatrix RandomTallMatrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_TALL_MATRIX_H_
