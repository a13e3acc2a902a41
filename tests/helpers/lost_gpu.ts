import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { loadModel } from "../../src/model/save_load.ts";
import { CheckpointFolder } from "../../src/training/checkpoint_folder.ts";
import { endOf, filesIn, taskCommand, withDirectory } from "./command.ts";
import { largestDifference } from "./tolerances.ts";

/**
 * Takes the GPU away from the command `train`: it must end with the cause in one line and, when it is resumed from its last
 * checkpoint, reach the weights of an uninterrupted run to 1e-5.
 */
export async function checkLostGpu(
  engine: string,
  { epochs, batchSize }: { readonly epochs: number; readonly batchSize: number },
): Promise<void> {
  await withDirectory(async (directory) => {
    const [run, alone] = [`${directory}/run`, `${directory}/alone`];
    const settings = `--epochs ${epochs} --batch-size ${batchSize} --engine ${engine} --seed 3`;
    const flags = `--data fixtures/train.npz --preset experiment1 ${settings}`.split(" ");
    const struck = taskCommand("train", [...flags, "--out", run], { preload: "lose_gpu.ts" });
    const { code, stderr } = await endOf(struck);
    strictEqual(code, 1, stderr);
    match(
      stderr,
      /^error: Cannot continue computing: .* was lost .*\. Epoch \d+ was not finished\n$/,
    );

    const { checkpoint, damaged } = (await new CheckpointFolder(`${run}/checkpoints`).load())!;
    deepStrictEqual(damaged, []);
    strictEqual(checkpoint.epoch + 1, Number(stderr.match(/Epoch (\d+) was not/)?.[1]));
    ok(checkpoint.epoch > 0 && checkpoint.epoch < epochs);

    for (const rest of [["--resume", run], [...flags, "--out", alone]]) {
      const { code, stderr } = await endOf(taskCommand("train", rest));
      strictEqual(code, 0, stderr);
    }
    deepStrictEqual(filesIn(run), filesIn(alone));
    const { weights: found } = await loadModel(`${run}/model`);
    const { weights: wanted } = await loadModel(`${alone}/model`);
    wanted.forEach((weight, i) => ok(largestDifference(found[i]!, weight) < 1e-5));
  });
}
