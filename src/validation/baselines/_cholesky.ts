/**
 * Solves A x = b for a symmetric positive definite A by Cholesky's decomposition A = L Lᵀ (Golub and Van Loan
 * 2013, Matrix Computations, 4th ed., section 4.2).
 *
 * @param matrix A, `[row, column]`; its lower triangle is read, and overwritten by L.
 * @param right b, `[row]`; overwritten by x.
 * @throws {RangeError} If A is not positive definite.
 */
export function solvePositiveDefinite(matrix: Float64Array, right: Float64Array): void {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) rest -= matrix[i * size + k]! * matrix[j * size + k]!;
      if (i !== j) {
        matrix[i * size + j] = rest / matrix[j * size + j]!;
      } else if (rest > 0) {
        matrix[i * size + i] = Math.sqrt(rest);
      } else {
        throw new RangeError(
          `Cannot solve equations: pivot ${i} of ${size} is ${rest}, expected above 0 ` +
            `(the matrix is not positive definite)`,
        );
      }
    }
  }
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) right[i]! -= matrix[i * size + k]! * right[k]!;
    right[i]! /= matrix[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    right[i]! /= matrix[i * size + i]!;
    for (let k = 0; k < i; k++) right[k]! -= matrix[i * size + k]! * right[i]!;
  }
}
