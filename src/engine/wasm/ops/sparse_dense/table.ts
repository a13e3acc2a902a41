/**
 * `compressPair`: writes the values of two rows whose `keep` is not zero as a pair of sparse rows; `keep` may be the
 * values themselves. Of both, `count` float32 lie side by side, and what follows the last may be read. `secondStep` is 16;
 * if it is zero, and all four values that `secondKeep` points to are, the first row has no partner. `offset` is the
 * place of the row of B that belongs to the first values: if it is zero the pair begins, otherwise it is continued.
 * `rowBytes` lie between rows of B.
 *
 * `sparseProduct`: one panel of C[row, ·] = start + Σ factor · B[entry's row, ·] over the entries of each sparse row,
 * first those of both rows of its pair, then its own. `strideC` bytes lie between the rows of a pair in C, `pairStrideC`
 * between pairs; a first row without a partner has a `strideC` of zero.
 *
 * `sparseAdam`: takes Adam's step with one panel of Σ factor · B[entry's row, ·] as the gradient of as many rows of weights,
 * which follow one another without gaps, as those of a panel do. See `src/engine/wasm/ops/adam.ts`.
 *
 * `gatherDots`: one panel's share of the transposed product, of which only the elements that the sparse rows name are
 * needed: Σ delta[row, ·] · B[entry's row, ·] is added to what lies in the entry's place among the factors. Strides are
 * as in `sparseProduct`.
 *
 * `scatterDots`: writes what lies in the place of each factor to the place of its value in the two rows of the pair,
 * consecutive float32, if the sparse rows were made with rows of a panel.
 *
 * `stream` is the length of a stream; see `rows.ts`.
 */
export const SPARSE_ROW_KERNELS = {
  compressPair: [
    "sparse",
    "stream",
    "keep",
    "values",
    "secondKeep",
    "secondValues",
    "secondStep",
    "count",
    "offset",
    "rowBytes",
  ],
  sparseProduct: [
    "c",
    "strideC",
    "pairStrideC",
    "start",
    "sparse",
    "sparseStride",
    "stream",
    "b",
    "pairs",
  ],
  sparseAdam: [
    "weight",
    "firstMoment",
    "secondMoment",
    "sparse",
    "sparseStride",
    "stream",
    "b",
    "pairs",
    "rate: f32",
    "correction: f32",
    "decay: f32",
  ],
  gatherDots: [
    "sparse",
    "sparseStride",
    "stream",
    "delta",
    "deltaStride",
    "pairDeltaStride",
    "b",
    "pairs",
  ],
  scatterDots: ["target", "secondTarget", "sparse", "stream"],
} as const;
