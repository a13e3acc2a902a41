/**
 * Solves A x = b for some b by Cholesky's decomposition.
 *
 * @param matrix A, symmetric and positive definite, `[row, column]`, of which the lower half is read; it is overwritten.
 * @param right Each b; they are not changed.
 * @returns Each x.
 */
export function solveSymmetric(
  matrix: Float64Array,
  right: readonly Float64Array[],
): Float64Array[] {
  const size = right[0]!.length;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!;
      matrix[row * size + column] = row === column
        ? Math.sqrt(sum)
        : sum / matrix[column * size + column]!;
    }
  }
  return right.map((values) => substitute(matrix, values.slice()));
}

/** Solves L Lᵀ x = b in place. */
function substitute(lower: Float64Array, values: Float64Array): Float64Array {
  const size = values.length;
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) values[row]! -= lower[row * size + k]! * values[k]!;
    values[row]! /= lower[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) values[row]! -= lower[k * size + row]! * values[k]!;
    values[row]! /= lower[row * size + row]!;
  }
  return values;
}
