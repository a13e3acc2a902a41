/** What becomes of a session and of a run whose GPU fails. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../../../src/data/dataset.ts";
import { createWebgpuEngine } from "../../../../src/engine/webgpu/engine.ts";
import { EngineUnavailableError } from "../../../../src/errors.ts";
import { initialWeights } from "../../../../src/model/initial_weights.ts";
import { presetSpec } from "../../../../src/model/presets.ts";
import { simulateColumns } from "../../../../src/simulate/mod.ts";
import { CheckpointFolder } from "../../../../src/training/checkpoint_folder.ts";
import { fit } from "../../../../src/training/fit.ts";
import type { FitCheckpoint, FitOptions, FitResult } from "../../../../src/training/fit_types.ts";
import { withDirectory } from "../../../helpers/command.ts";
import { checkLostGpu } from "../../../helpers/lost_gpu.ts";
import { openOne } from "../../../helpers/one_model.ts";
import { largestDifference, magnitude } from "../../../helpers/tolerances.ts";
import { exampleData } from "../../../helpers/train_example.ts";
import { testWithWebgpu } from "../../../helpers/webgpu.ts";
import { withDevice } from "../../../helpers/with_device.ts";

const SPEC = presetSpec("wakawaka", { bins: 46 });
const OPTIONS = { weights: initialWeights(SPEC, 1), seed: 1, learningRate: 0.001, batchSize: 20 };

const SIMULATED = new Dataset(
  simulateColumns({ cellTypes: 2, genes: 40, newCellTypes: 1, newGenes: 1, bins: 46 }).train,
);
/** Twenty batches an epoch: a piece of sixteen, after which a checkpoint can be taken, and one of four. */
const FIT = {
  engine: "webgpu",
  epochs: 3,
  batchSize: 4,
  transform: "log1p",
  seed: 5,
} as const satisfies FitOptions;

/** Weights and losses agree to 1e-5: no two GPUs need round alike. */
function agree(found: FitResult, wanted: FitResult): void {
  const losses = ({ history }: FitResult) => history.map(({ loss }) => loss);
  ok(largestDifference(losses(found), losses(wanted)) < 1e-5 * magnitude(losses(wanted)));
  found.model.weights.forEach((weight, k) => {
    const apart = largestDifference(weight, wanted.model.weights[k]!);
    ok(apart < 1e-5, `weight ${k} differs by ${apart}`);
  });
}

/** Tests failures of the GPU, and that runs resume after them. */
export function testFailures(): void {
  testWithWebgpu(
    "a lost device ends an epoch with its cause, and the state before is kept",
    async () => {
      const { session, before, error } = await failDuringEpoch((device) => device.destroy());
      ok(error instanceof EngineUnavailableError, `${error}`);
      match(error.message, /^Cannot .*: .* was lost/);
      strictEqual(before.step, 2);
      deepStrictEqual(await session.state(), before);
      await session[Symbol.asyncDispose]();
    },
  );

  testWithWebgpu("an error of the device that nobody waits for ends the run too", async () => {
    const { session, before, error } = await failDuringEpoch((device) => {
      device.createBuffer({ size: 2 ** 40, usage: GPUBufferUsage.STORAGE });
    });
    ok(error instanceof EngineUnavailableError, `${error}`);
    match(error.message, /^Cannot .* on .*buffer/is);
    deepStrictEqual(await session.state(), before);
    await session[Symbol.asyncDispose]();
  });

  testWithWebgpu(
    "a run resumes from a checkpoint as one left alone: losses and weights to 1e-5",
    async () => {
      const checkpoints: FitCheckpoint[] = [];
      const save = (checkpoint: FitCheckpoint) => {
        checkpoints.push(structuredClone(checkpoint));
        return Promise.resolve();
      };
      const alone = await fit(SPEC, SIMULATED, FIT);
      agree(
        await fit(SPEC, SIMULATED, { ...FIT, checkpoint: { save, everyMinutes: 1e-9 } }),
        alone,
      );
      const within = checkpoints.filter(({ position }) => position > 0);
      const between = checkpoints.filter(({ position }) => position === 0);
      deepStrictEqual([within.length, between.length], [3, 3]);
      for (const resume of [...within, ...between]) {
        agree(await fit(SPEC, SIMULATED, { ...FIT, resume }), alone);
      }
    },
  );

  testWithWebgpu("a run whose GPU is lost resumes from the checkpoint on disk", async () => {
    await withDirectory(async (directory) => {
      const folder = new CheckpointFolder(directory);
      const lost = withDevice((device) =>
        fit(SPEC, SIMULATED, {
          ...FIT,
          checkpoint: { save: (checkpoint) => folder.save(checkpoint) },
          onProgress: ({ epoch }) => {
            if (epoch === 3) device().destroy();
          },
        })
      );
      await rejects(lost, (error) => {
        ok(error instanceof EngineUnavailableError, `${error}`);
        match(error.message, /was lost.*Epoch 3 was not finished/);
        return true;
      });
      const { checkpoint, damaged } = (await folder.load())!;
      deepStrictEqual([checkpoint.epoch, checkpoint.position, damaged], [2, 0, []]);
      const resumed = await fit(SPEC, SIMULATED, { ...FIT, resume: checkpoint });
      agree(resumed, await fit(SPEC, SIMULATED, FIT));
    });
  });

  testWithWebgpu(
    "train on webgpu ends in one line when its GPU is lost, and resumes from the last checkpoint",
    () => checkLostGpu("webgpu", { epochs: 40, batchSize: 50 }),
  );
}

/** Runs two epochs and does something to the device during the second; returns the session and its error. */
function failDuringEpoch(harm: (device: GPUDevice) => void) {
  return withDevice((device) => failWith(device, harm));
}

async function failWith(device: () => GPUDevice, harm: (device: GPUDevice) => void) {
  const data = exampleData(SPEC, 4000);
  const order = Uint32Array.from({ length: 4000 }, (_, row) => row);
  const session = await openOne(createWebgpuEngine(), SPEC, OPTIONS);
  const first = await session.runEpoch({ data, order: order.subarray(0, 40), epoch: 0 });
  ok(Number.isFinite(first));
  const before = await session.state();
  let harmed = false;
  const onProgress = () => {
    if (!harmed) harm(device());
    harmed = true;
  };
  const error = await session.runEpoch({ data, order, epoch: 1, onProgress }).then(
    () => undefined,
    (error: Error) => error,
  );
  return { session, before, error };
}
