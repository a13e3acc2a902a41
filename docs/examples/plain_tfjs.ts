/**
 * Predicts with a saved model in plain tf.js: this program imports nothing of the package. The layers take counts after the
 * transform and know nothing of gene effects, so both are done here; `userDefinedMetadata.input` in `model.json` says
 * what is to be done for the model at hand, and in which order its marks stand.
 *
 *     deno run --v8-flags=--no-maglev-escape-analysis --allow-read --allow-env docs/examples/plain_tfjs.ts runs/mine/model
 */

import * as tf from "npm:@tensorflow/tfjs@4.22.0";

/** Predicts from plain counts, `[sample, bin, mark]`, and the id of each sample's gene, spelled as in training. */
export async function predictInTfjs(
  directory: string,
  counts: number[][][],
  genes: readonly string[],
): Promise<number[]> {
  const { modelTopology, weightsManifest, userDefinedMetadata: { input, histone } } = JSON.parse(
    await Deno.readTextFile(`${directory}/model.json`),
  );
  const { buffer: weightData } = await Deno.readFile(`${directory}/weights.bin`);
  const weightSpecs = weightsManifest[0].weights;
  const layers = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology, weightSpecs, weightData }),
  );
  const plain = tf.tensor3d(counts);
  const transforms = { none: plain, log1p: tf.log1p(plain), asinh: tf.asinh(plain) };
  const network = layers.predict(
    transforms[input.transform as keyof typeof transforms],
  ) as tf.Tensor;
  // A model without gene effects lacks this field; a gene that it was not trained on gets the mean alone.
  const { genes: known = [], effects = [], mean = 0 } = histone.geneEffects ?? {};
  const effectOf = new Map<string, number>(
    known.map((gene: string, i: number) => [gene, effects[i]]),
  );
  return Array.from(
    await network.data(),
    (value, i) => value + mean + (effectOf.get(genes[i] ?? "") ?? 0),
  );
}

if (import.meta.main) {
  const [directory = "runs/mine/model"] = Deno.args;
  const { userDefinedMetadata: { input } } = JSON.parse(
    await Deno.readTextFile(`${directory}/model.json`),
  );
  const sample = Array.from({ length: input.bins }, () => input.marks.map(() => 2));
  console.log(input.toDo);
  console.log(await predictInTfjs(directory, [sample], ["ENSG00000139618"]));
}
