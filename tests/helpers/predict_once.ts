/** Predicts with a model, few samples and many, and has nothing else to do. */

import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";

const WASM = { engine: "wasm", threads: 2 } as const;
const { train } = simulateColumns({ cellTypes: 2, genes: 300, newGenes: 1, bins: 100 });
const data = new Dataset(train);
const { model } = await fit("wakawaka", data, { ...WASM, epochs: 1 });
await predict(model, data.subset(Uint32Array.of(1)), WASM);
// More than the caller's thread does itself, in a session that is kept.
await predict(model, data.subset(Uint32Array.from({ length: 60 }, (_, row) => row)), WASM);
