/** What programs without types give to training by mistake. */

import { rejects, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { modelOfCheckpoint } from "../../src/training/checkpoint_model.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitCheckpoint } from "../../src/training/fit_types.ts";

const COLUMNS = simulateColumns({ cellTypes: 4, genes: 10, newGenes: 1, bins: 20 }).train;
const DATA = new Dataset(COLUMNS);
const QUICK = { epochs: 3, batchSize: 8, engine: "tfjs-cpu" } as const;

Deno.test("columns in place of a data set, and options that are something else, are refused", async () => {
  const columns = COLUMNS as never;
  const isColumns = /found columns as data, expected a Dataset: new Dataset\(columns\)$/;
  await rejects(fit("experiment1", columns, QUICK), isColumns);
  await rejects(crossValidate("experiment1", columns, QUICK), isColumns);
  await rejects(fit("experiment1", undefined as never), /found missing as data, expected/);
  for (
    const [name, message] of [
      ["checkpoint", /^TypeError: Cannot train: checkpoint\.save is missing, expected a function$/],
      ["initial", /^TypeError: Cannot train: initial has no spec, expected a trained model/],
      ["resume", /^TypeError: Cannot resume: resume has no runs, .*, expected a checkpoint/],
    ] as const
  ) {
    await rejects(fit("experiment1", DATA, { ...QUICK, [name]: {} }), message);
  }
});

Deno.test("a checkpoint that was kept without a copy is refused, and a copy is taken", async () => {
  const kept: FitCheckpoint[] = [];
  const copies: FitCheckpoint[] = [];
  await fit("experiment1", DATA, {
    ...QUICK,
    checkpoint: {
      save: (checkpoint) => {
        kept.push(checkpoint);
        copies.push(structuredClone(checkpoint));
        return Promise.resolve();
      },
    },
  });
  const [first] = kept as [FitCheckpoint];
  const isFreed = /^ContractError: .*memory was freed after `save`, .*structuredClone/;
  await rejects(encodeCheckpoint(first), isFreed);
  throws(() => modelOfCheckpoint(first), isFreed);
  await rejects(fit("experiment1", DATA, { ...QUICK, resume: first }), isFreed);
  const [copy] = copies as [FitCheckpoint];
  await encodeCheckpoint(copy);
  modelOfCheckpoint(copy);
  await fit("experiment1", DATA, { ...QUICK, resume: copy });
});
