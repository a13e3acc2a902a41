import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError, FormatError } from "../../src/errors.ts";
import { loadModel, saveModel } from "../../src/model/save_load.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { CheckpointFolder } from "../../src/training/checkpoint_folder.ts";
import { modelOfCheckpoint } from "../../src/training/checkpoint_model.ts";
import { fitEnsemble } from "../../src/training/ensemble.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitCheckpoint, FitOptions } from "../../src/training/fit_types.ts";
import { withDirectory } from "../helpers/command.ts";
import { simulatedData } from "../helpers/simulated.ts";

const { train } = simulatedData();
const QUICK = {
  engine: "wasm",
  threads: 2,
  epochs: 3,
  batchSize: 8,
  learningRate: 0.01,
  transform: "log1p",
} as const satisfies FitOptions;

/** Keeps every checkpoint as it would be read back. */
function keeper(): {
  readonly kept: FitCheckpoint[];
  readonly save: (found: FitCheckpoint) => Promise<void>;
} {
  const kept: FitCheckpoint[] = [];
  return {
    kept,
    save: async (found) => void kept.push(await decodeCheckpoint(await encodeCheckpoint(found))),
  };
}

Deno.test("a checkpoint after an epoch gives the model of a run that ended there", async () => {
  const { kept, save } = keeper();
  const schedule = { type: "linear", warmUp: 0.5 } as const;
  const options = { ...QUICK, schedule, weightDecay: 0.1, frozen: [4] } as const;
  const whole = await fit("experiment2", train, { ...options, checkpoint: { save } });
  strictEqual(kept.length, 3);
  deepStrictEqual(modelOfCheckpoint(kept[2]!), whole.model);
  const first = modelOfCheckpoint(kept[0]!);
  strictEqual(first.training.epochs, 1);
  // The schedule of a run of one epoch would be another: the model says what was trained.
  deepStrictEqual(first.training.schedule, schedule);
  await withDirectory(async (directory) => {
    await saveModel(first, directory);
    deepStrictEqual(await loadModel(directory), first);
  });
});

Deno.test("within an epoch the model is that of the last finished one", async () => {
  const { kept, save } = keeper();
  await fit("experiment2", train, {
    ...QUICK,
    batchSize: 1,
    checkpoint: { save, everyMinutes: 1e-9 },
  });
  const within = kept.filter(({ epoch, position }) => epoch === 1 && position > 0);
  const after = kept.find(({ epoch, position }) => epoch === 1 && position === 0)!;
  strictEqual(within.length > 0, true);
  for (const checkpoint of within) {
    deepStrictEqual(modelOfCheckpoint(checkpoint), modelOfCheckpoint(after));
  }
  const before = kept.find(({ epoch }) => epoch === 0)!;
  throws(() => modelOfCheckpoint(before), /it has finished no epoch/);
});

Deno.test("the model of a run that keeps its best epoch is that epoch's", async () => {
  const { kept, save } = keeper();
  // A new model predicts next to 0, so it comes nearer to 5 and moves away from −5.
  const far = (label: number) =>
    new Dataset({ ...train.columns, labels: train.columns.labels!.map(() => label) });
  const validation = far(-5);
  const earlyStopping = { patience: 5 };
  await fit("experiment1", far(5), { ...QUICK, validation, earlyStopping, checkpoint: { save } });
  const [first, , last] = kept.map((checkpoint) => modelOfCheckpoint(checkpoint));
  strictEqual(last!.training.epochs, 1);
  deepStrictEqual(last!.weights, first!.weights);
});

Deno.test("finished members of an ensemble are in a folder's checkpoints, with their gene effects", async () => {
  await withDirectory(async (directory) => {
    const folder = new CheckpointFolder(directory);
    const results = await fitEnsemble("experiment2", train, {
      ...QUICK,
      engine: "tfjs-cpu",
      members: 2,
      geneEffects: true,
      checkpoint: folder,
    });
    const { checkpoint } = (await new CheckpointFolder(directory).load())!;
    deepStrictEqual(modelOfCheckpoint(checkpoint, { run: 0 }), results[0]!.model);
    const { geneEffects: _, ...second } = results[1]!.model;
    deepStrictEqual(modelOfCheckpoint(checkpoint, { run: 1 }), second);
    throws(() => modelOfCheckpoint(checkpoint, { run: 2 }), /no run 2, expected one of 0 to 1/);
  });
});

Deno.test("a model that reads a panel needs it", async () => {
  const { kept, save } = keeper();
  const data = new Dataset(simulateColumns({ cellTypes: 3, genes: 20, bins: 20 }).train);
  const { model } = await fit("waka3", data, { engine: "wasm", epochs: 1, checkpoint: { save } });
  throws(() => modelOfCheckpoint(kept[0]!), /found no panel/);
  deepStrictEqual(modelOfCheckpoint(kept[0]!, { panel: model.panel }), model);
});

Deno.test("a checkpoint of an older version, or one that is damaged, is refused with a sentence", async () => {
  const { kept, save } = keeper();
  await fit("experiment2", train, { ...QUICK, epochs: 1, checkpoint: { save } });
  const { spec, ...older } = kept[0]!;
  throws(() => modelOfCheckpoint(older), ContractError);
  throws(() => modelOfCheckpoint(older), /does not say what it is of, as those of older versions/);
  const [run] = kept[0]!.runs;
  const wrong = (training: unknown) => ({
    ...kept[0]!,
    runs: [{ ...run!, training: training as never }],
  });
  throws(() => modelOfCheckpoint(wrong({ ...run!.training, seed: -1 })), FormatError);
  throws(
    () => modelOfCheckpoint(wrong({ ...run!.training, schedule: { type: "x" } })),
    FormatError,
  );
  const other = { ...spec!, name: "other", layers: [] } as never;
  throws(() => modelOfCheckpoint({ ...kept[0]!, spec: other }), Error);
  const { weights } = run!.state;
  const short = { ...run!, state: { ...run!.state, weights: weights.slice(1) } };
  throws(() => modelOfCheckpoint({ ...kept[0]!, runs: [short] }), ContractError);
});
