import { Dataset } from "../../src/data/dataset.ts";
import { parseSpace } from "../../src/search/parse_space.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";

/** 4 cell types × 12 genes of 20 bins. */
export function searchData(): Dataset {
  const { train } = simulateColumns({ cellTypes: 4, genes: 12, newGenes: 1, bins: 20 });
  return new Dataset(train);
}

/** Tiny models: 2 widths × 2 pools, the second too long for 20 bins, × 3 learning rates. */
export const TINY_SPACE = parseSpace({
  filters: [4],
  blocks: [{ width: [3, 5], pool: [2, 50] }],
  dense: [[]],
  dropout: [0],
  learningRate: [0.001, 0.01, 0.1],
  batchSize: [8],
});

/** Settings under which a search of {@linkcode TINY_SPACE} takes a moment. */
export const QUICK = {
  space: TINY_SPACE,
  method: "grid",
  folds: 2,
  epochs: 2,
  transform: "log1p",
  engine: "wasm",
  threads: 2,
} as const;
